"""Patience with a database that is away, for a worker that has what nobody else has."""

import time
from collections.abc import Callable
from typing import Any, TypeVar

import structlog

from app.errors import Unavailable

log = structlog.get_logger()

PAUSE_SECONDS = 0.5

Answer = TypeVar("Answer")


def insist(act: Callable[..., Answer], *arguments: Any, **more: Any) -> Answer:
    """Read or write however long the database is away."""
    while True:
        try:
            return act(*arguments, **more)
        except Unavailable:
            log.warning("database_awaited")
            time.sleep(PAUSE_SECONDS)
