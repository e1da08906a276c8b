"""What was read a moment ago, so that what hardly ever changes is not read for every request."""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from app import clock

MOST = 10_000

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Memory(Generic[Key, Value]):
    """Answers that count as current for some seconds; that there is none is never remembered."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._known: dict[Key, tuple[float, Value]] = {}

    def recall(self, key: Key, read: Callable[[], Value | None]) -> Value | None:
        """What is known by this key, read anew where that is nothing or too old."""
        stale_at, value = self._known.get(key, (0.0, None))
        if clock.ticks() >= stale_at and (value := read()) is not None:
            self._keep(key, value)
        return value

    def forget(self) -> None:
        """Read everything anew."""
        self._known.clear()

    def _keep(self, key: Key, value: Value) -> None:
        if len(self._known) >= MOST:
            self._known.clear()
        self._known[key] = clock.ticks() + self._seconds, value
