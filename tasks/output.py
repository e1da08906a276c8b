"""What a supervised process says, cut into lines and read to the last one."""

import os
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from circus.watcher import Watcher

CHUNK = 65536

Say = Callable[[str, str], None]
"""Shows one line under a process's name."""


class Lines:
    """One stream of a process's output, cut into lines."""

    def __init__(self, name: str, say: Say) -> None:
        self._name = name
        self._say = say
        self._rest = b""

    def __call__(self, piece: dict[str, Any]) -> None:
        """Take the next piece, as circus hands it over."""
        *lines, self._rest = (self._rest + piece["data"]).split(b"\n")
        for line in lines:
            self._say(self._name, line.decode(errors="replace"))

    def close(self) -> None:
        """Say what came after the last line's end."""
        if self._rest:
            self({"data": b"\n"})


def read_out(watcher: Watcher, process_pid: int, **_: Any) -> bool:
    """Say the last words of a process that has ended, before circus closes its pipes."""
    process = watcher.processes[process_pid]
    for pipe, stream in (
        (process.stdout, watcher.stdout_stream),
        (process.stderr, watcher.stderr_stream),
    ):
        if not pipe.closed:
            _drain(pipe.fileno(), stream)
    return True


def _drain(pipe: int, stream: Lines) -> None:
    os.set_blocking(pipe, False)
    with suppress(BlockingIOError):  # a grandchild still holds the other end
        while data := os.read(pipe, CHUNK):
            stream({"data": data})
