"""Flask by itself under the same web server: what files and held readers cost without Hearth."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import children, environments, hearth

START_SECONDS = 30
THREADS = "1200"


@contextmanager
def running(folder: Path) -> Iterator[tuple[int, int]]:
    """The port it listens on, and its process's id, until the block is left."""
    port, log = children.free_port(), folder / "flask.log"
    command = [
        *(sys.executable, "-m", "gunicorn", "--worker-class", "gthread", "--threads", THREADS),
        *("--worker-connections", "3000", "--backlog", "4096", "--chdir", folder),
        *("--pythonpath", environments.PEERS, "--bind", f"{hearth.ADDRESS}:{port}"),
        "plain_flask:app",
    ]
    with children.child(command, log) as process:
        children.wait(lambda: hearth.is_ready(port, "/health"), process, log, START_SECONDS)
        yield port, process.pid
