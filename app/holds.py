"""Places for requests that are held: only so many, so that threads stay free to answer others."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from app.once import Once
from config import settings


def take() -> bool:
    """Take a place, to be given back; whether one was free."""
    return places().acquire(blocking=False)


def give_back() -> None:
    """Free a place that was taken."""
    places().release()


@contextmanager
def held() -> Iterator[bool]:
    """Hold a place during the block; whether there was one."""
    is_held = take()
    try:
        yield is_held
    finally:
        if is_held:
            give_back()


@Once
def places() -> threading.BoundedSemaphore:
    """The free places of this process."""
    return threading.BoundedSemaphore(settings.load().held_requests)
