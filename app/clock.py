"""The time of day, asked for in one place so that tests can hold it still."""

import time
from datetime import UTC, datetime


def now() -> datetime:
    """The current time, aware, in UTC."""
    return datetime.now(UTC)  # noqa: TID251  the one place


def ticks() -> float:
    """Seconds since some fixed moment; never goes back, for durations."""
    return time.monotonic()
