"""A PostgreSQL server of the tests' own, on a free port, with its data in memory-like comfort."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

UNPRIVILEGED = "nobody"  # PostgreSQL refuses to run as root
FAST = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200"


def find(program: str) -> str | None:
    """A program of the server, on the path or where Debian keeps it; None where there is none."""
    debian = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"), reverse=True)
    return shutil.which(program) or next(map(str, debian), None)


@contextmanager
def server() -> Iterator[str]:
    """A running server; its URL without a database name."""
    home = Path(tempfile.mkdtemp(prefix="hearth-postgres-"))
    if os.geteuid() == 0:
        shutil.chown(home, UNPRIVILEGED)
    port = _free_port()
    options = f"-p {port} -k {home} -c listen_addresses=127.0.0.1 {FAST}"
    _run("initdb", "-D", f"{home}/data", "-U", "hearth", "--auth=trust", "--no-sync")
    _run("pg_ctl", "-D", f"{home}/data", "-o", options, "-l", f"{home}/log", "-w", "start")
    try:
        yield f"postgresql+psycopg://hearth@127.0.0.1:{port}"
    finally:
        _run("pg_ctl", "-D", f"{home}/data", "-m", "immediate", "stop")
        shutil.rmtree(home)


def _run(program: str, *arguments: str) -> None:
    user = {"user": UNPRIVILEGED, "group": "nogroup"} if os.geteuid() == 0 else {}
    command = [str(find(program)), *arguments]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/", **user)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]
