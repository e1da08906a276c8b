"""An alarm: calls made at a later moment in this process, all from one thread."""

import heapq
import itertools
import threading
from collections.abc import Callable

import structlog

from app import clock

log = structlog.get_logger()

Call = Callable[[], object]


class Alarm(threading.Thread):
    """Makes each call when its time has come; what is still to come is lost with the process."""

    def __init__(self) -> None:
        super().__init__(name="alarm", daemon=True)
        self._calls: list[tuple[float, int, Call]] = []
        self._order = itertools.count()
        self._changed = threading.Condition()

    def after(self, seconds: float, call: Call) -> None:
        """Make this call in so many seconds."""
        with self._changed:
            heapq.heappush(self._calls, (clock.ticks() + seconds, next(self._order), call))
            self._changed.notify()

    def run(self) -> None:
        """Make calls for ever."""
        while True:
            call = self._next()
            try:
                call()
            except Exception:
                log.exception("alarm_call_failed")

    def _next(self) -> Call:
        with self._changed:
            while not self._calls or (left := self._calls[0][0] - clock.ticks()) > 0:
                self._changed.wait(left if self._calls else None)
            return heapq.heappop(self._calls)[2]
