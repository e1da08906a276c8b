"""The time, bytes and end of one attempt, whatever it is doing just then."""

import contextlib
import math
import threading
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from http.client import HTTPException

from app.egress.outcomes import Failed

LONGEST_ANSWER = 128 * 1024


class Line:
    """One attempt's way out: it ends at its deadline, or when another thread cuts it."""

    def __init__(self, *, longest: int = LONGEST_ANSWER) -> None:
        self.is_cut = False
        self.has_dialed = False
        self.connect_seconds = math.inf
        self._ends_at = math.inf
        self._bytes_left = longest
        self._lock = threading.Lock()
        self._interrupt: Callable[[], object] | None = None

    def cut(self) -> None:
        """End the attempt now, from any thread; an answer whose headers arrived still counts."""
        with self._lock:
            self.is_cut = True
            if self._interrupt:
                self._interrupt()

    def seconds_left(self) -> float:
        """The time that remains; raises Failed where none does."""
        left = self._ends_at - time.monotonic()
        if left <= 0:
            raise Failed("timeout")
        return left

    def hold(self, interrupt: Callable[[], object]) -> None:
        """Remember how to interrupt what comes next; raises Failed where the line is cut."""
        with self._lock:
            self._interrupt = interrupt
            if self.is_cut:
                raise Failed("cut")

    def count(self, received: int) -> None:
        """Take bytes off what an answer may have in all, headers included."""
        self._bytes_left -= received
        if self._bytes_left < 0:
            raise HTTPException("the answer is too long")

    @contextlib.contextmanager
    def taken(self, *, seconds: float, connect_seconds: float) -> Iterator[None]:
        """Make this the line of all that the thread sends and receives from now on."""
        self._ends_at = time.monotonic() + seconds
        self.connect_seconds = connect_seconds
        token = current.set(self)
        try:
            yield
        finally:
            current.reset(token)
            with self._lock:
                self._interrupt = None


current: ContextVar[Line] = ContextVar("line")
