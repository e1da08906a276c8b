"""What a running predictor says, as small values."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Output:
    """A piece that was yielded, or the whole result of a plain return."""

    value: Any
    is_piece: bool


@dataclass(frozen=True)
class Log:
    """Printed text: whole lines, each with its newline."""

    text: str


@dataclass(frozen=True)
class Metric:
    """What a metric stands at by now; None once it is deleted."""

    name: str
    value: Any


@dataclass(frozen=True)
class Began:
    """The model has begun, after a while in which it ran others."""


@dataclass(frozen=True)
class Tick:
    """Nothing new for half a second."""


Event = Output | Log | Metric | Began | Tick
