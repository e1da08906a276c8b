"""What a process makes once, at its first use, also where many threads ask for it at once.

`functools.cache` would make one for each of those threads and keep the last.
"""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Made = TypeVar("Made")


class Once(Generic[Made]):
    """A function without arguments whose first answer is everybody's."""

    def __init__(self, make: Callable[[], Made]) -> None:
        self.__doc__ = make.__doc__
        self._make = make
        self._made: list[Made] = []
        self._lock = threading.Lock()

    def __call__(self) -> Made:
        """The one that was made, or is made now."""
        with self._lock:
            if not self._made:
                self._made.append(self._make())
            return self._made[0]

    def forget(self) -> Made | None:
        """Have the next call make a new one; the one there was, None where there was none."""
        with self._lock:
            return self._made.pop() if self._made else None
