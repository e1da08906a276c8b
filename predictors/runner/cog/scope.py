"""What belongs to the running prediction: its metrics, its log."""

from __future__ import annotations

import sys
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from .metrics import Metrics

if TYPE_CHECKING:
    from collections.abc import Callable


class Scope:
    """One prediction's surroundings."""

    def __init__(self, write: Callable[[str], object] | None = None) -> None:
        self.metrics = Metrics()
        self.context: dict[str, str] = {}
        self._write = write or sys.stdout.write

    def record_metric(self, name: str, value: Any, mode: str = "replace") -> None:
        """Set a metric, or add to it by mode `incr` or `append`."""
        self.metrics.record(name, value, mode)

    def log(self, text: str) -> None:
        """Write a line to this prediction's log alone, also where several run as one batch."""
        self._write(f"{text}\n")


_current: ContextVar[Scope] = ContextVar("scope", default=Scope())  # noqa: B039  between two predictions, nobody reads it


def enter(scope: Scope) -> None:
    """Make this the scope of what runs from here on, in this thread or task."""
    _current.set(scope)


def current_scope() -> Scope:
    """The running prediction's scope."""
    return _current.get()


def record_metric(name: str, value: Any, mode: str = "replace") -> None:
    """Set a metric of the running prediction, or add to it."""
    current_scope().record_metric(name, value, mode)


def emit_metric(name: str, value: Any) -> None:
    """Set a metric; the older spelling."""
    print("cog.emit_metric is deprecated; use record_metric.", file=sys.stderr)
    record_metric(name, value)
