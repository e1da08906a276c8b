"""The processes a bench starts: their output in a file, their end with the block."""

import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from config import environment

STOP_SECONDS = 20
POLL_SECONDS = 0.1
TAIL_CHARACTERS = 4000


class NotReady(Exception):
    """Something that was started did not come up; says the end of its log."""


@contextmanager
def child(
    command: Sequence[object], log: Path, variables: dict[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A process that runs until the block is left, then it and all that it started is ended."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            list(map(str, command)),
            env={**environment.passed_on(), **(variables or {})},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for the bench, which then ends it in order
        )
    try:
        yield process
    finally:
        _end(process)


def wait(
    is_ready: Callable[[], Any], process: subprocess.Popen[bytes], log: Path, seconds: float
) -> None:
    """Return once a process is ready; raise NotReady where it ends or takes too long."""
    deadline = time.monotonic() + seconds
    while not is_ready():
        if process.poll() is not None or time.monotonic() > deadline:
            tail = log.read_text(errors="replace")[-TAIL_CHARACTERS:]
            raise NotReady(f"{process.args!r} did not come up:\n{tail}")
        time.sleep(POLL_SECONDS)


def free_port() -> int:
    """A port nobody listens on at the moment."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    family = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for left in family:
        if left.is_running():
            left.kill()
