"""A breaker for the broker: once it has failed, nobody tries it again for a moment.

Against a Redis that hangs every try takes its whole time-out, and those who queue up for a
connection take theirs one after another.
"""

import threading

import structlog

from app import clock

log = structlog.get_logger()

PAUSE_SECONDS = 3.0


class Breaker:
    """Open for some seconds after a failure."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._open_until = 0.0
        self._lock = threading.Lock()

    @property
    def is_open(self) -> bool:
        """Whether there was a failure a moment ago, so that it is not to be tried now."""
        return clock.ticks() < self._open_until

    def trip(self, reason: str) -> None:
        """Open after a failure; the log tells once of all those that fail together."""
        with self._lock:
            was_open, self._open_until = self.is_open, clock.ticks() + self._seconds
        if not was_open:
            log.warning("broker_failed", reason=reason, pause_seconds=self._seconds)

    def close(self) -> None:
        """Forget the failure."""
        self._open_until = 0.0


of_broker = Breaker(PAUSE_SECONDS)
