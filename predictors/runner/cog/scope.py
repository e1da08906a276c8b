"""What belongs to the running prediction: its metrics."""

from __future__ import annotations

import sys
from typing import Any

from .metrics import Metrics


class Scope:
    """One prediction's surroundings."""

    def __init__(self) -> None:
        self.metrics = Metrics()
        self.context: dict[str, str] = {}

    def record_metric(self, name: str, value: Any, mode: str = "replace") -> None:
        """Set a metric, or add to it by mode `incr` or `append`."""
        self.metrics.record(name, value, mode)


class _Current:
    """The scope of the one prediction that runs; between two, one that nobody reads."""

    scope = Scope()


def enter() -> Scope:
    """Begin a new scope."""
    _Current.scope = Scope()
    return _Current.scope


def current_scope() -> Scope:
    """The running prediction's scope."""
    return _Current.scope


def record_metric(name: str, value: Any, mode: str = "replace") -> None:
    """Set a metric of the running prediction, or add to it."""
    current_scope().record_metric(name, value, mode)


def emit_metric(name: str, value: Any) -> None:
    """Set a metric; the older spelling."""
    print("cog.emit_metric is deprecated; use record_metric.", file=sys.stderr)
    record_metric(name, value)
