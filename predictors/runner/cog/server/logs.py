"""Where a prediction's log is written: into the pipe, or message by message where several run."""

from __future__ import annotations

import contextlib
import ctypes
import sys
import threading
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Protocol, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LIBC = ctypes.CDLL(None)


class Log(Protocol):
    """One prediction's log."""

    def write(self, text: str) -> None:
        """Add to it."""

    def flush(self) -> None:
        """Have all of it on its way."""


class Piped:
    """The log of a prediction that runs alone: standard output and error, C code's too."""

    def write(self, text: str) -> None:
        """Write to where standard error was at the start, whatever the model has done to it."""
        self.flush()
        with contextlib.suppress(OSError), open(2, "wb", closefd=False) as stream:
            stream.write(text.encode("utf-8", "backslashreplace"))

    def flush(self) -> None:
        """Push out what was printed, by Python code and by C code."""
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError, AttributeError):
                stream.flush()
        LIBC.fflush(None)


class Sent:
    """The log of one prediction among several, sent in whole lines; used by the main thread."""

    def __init__(self, send: Callable[[str], None]) -> None:
        self._send = send
        self._rest = ""

    def write(self, text: str) -> None:
        """Add to it."""
        self._rest += text
        if "\n" in text or "\r" in text:
            self.flush()

    def flush(self) -> None:
        """Have all of it on its way."""
        text, self._rest = self._rest, ""
        if text:
            self._send(text)


listening: ContextVar[tuple[Log, ...]] = ContextVar("listening", default=())
"""The logs that hear what is printed here."""


class Printer:
    """Standard output or error while several predictions run: it goes to the log of who prints."""

    def __init__(self, beneath: TextIO, hand_over: Callable[..., object] | None = None) -> None:
        self._beneath = beneath
        self._hand_over = hand_over
        self._main_thread = threading.get_ident()

    def write(self, text: str) -> int:
        """Write to who listens; where nobody does, to what stood here before."""
        logs = listening.get()
        if logs and threading.get_ident() == self._main_thread:
            _write(logs, text)
        elif logs and self._hand_over:
            self._hand_over(_write, logs, text)
        else:
            return self._beneath.write(text)
        return len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._beneath, name)


@contextlib.contextmanager
def heard_by(*logs: Log) -> Iterator[None]:
    """Have all that the block prints go to these logs, and nowhere else."""
    token = listening.set(logs)
    try:
        with (
            contextlib.redirect_stdout(Printer(sys.stdout)),
            contextlib.redirect_stderr(Printer(sys.stderr)),
        ):
            yield
    finally:
        listening.reset(token)


def take_over(hand_over: Callable[..., object]) -> None:
    """From now on what is printed goes to who listens; other threads' prints are handed over."""
    sys.stdout = Printer(sys.stdout, hand_over)
    sys.stderr = Printer(sys.stderr, hand_over)


def _write(logs: tuple[Log, ...], text: str) -> None:
    for log in logs:
        log.write(text)
