"""A row of the table: what is measured, beside whom, and how good it has to be."""

import statistics
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypedDict

Measure = Callable[[], float]
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Budget:
    """A bound that must hold and one to aim for: of the ratio, or of our own value."""

    must: float
    aim: float
    of_ratio: bool = True
    more_is_better: bool = False

    def is_met_by(self, bound: float, row: "Measured") -> bool:
        """Whether a row stays on the right side of a bound."""
        value = row.ratio if self.of_ratio else row.ours
        return value >= bound if self.more_is_better else value <= bound


@dataclass(frozen=True)
class Row:
    """One line of the table; each measure is one round of it. The asides are printed, not kept."""

    name: str
    unit: str
    peer: str
    budget: Budget
    ours: Measure
    theirs: Measure
    asides: dict[str, Measure] = field(default_factory=dict)


@dataclass(frozen=True)
class Measured:
    """A row with the medians of its rounds."""

    row: Row
    ours: float
    theirs: float
    asides: dict[str, float]

    @property
    def ratio(self) -> float:
        """Ours over theirs."""
        return self.ours / self.theirs


class Result(TypedDict):
    """A row as it is written down."""

    row: str
    ours: float
    peer: str
    theirs: float
    ratio: float
    unit: str


def measure(row: Row, rounds: int, say: Progress) -> Measured:
    """Measure in turns, so that whatever else the machine does meets all alike; the medians."""
    contestants = {"ours": row.ours, "theirs": row.theirs, **row.asides}
    seen: dict[str, list[float]] = {name: [] for name in contestants}
    for number in range(1, rounds + 1):
        for name, measure_once in contestants.items():
            seen[name].append(measure_once())
        values = ", ".join(f"{name} {values[-1]:.2f}" for name, values in seen.items())
        say(f"{row.name} {number}/{rounds}: {values} {row.unit}")
    medians = {name: statistics.median(values) for name, values in seen.items()}
    return Measured(row, medians.pop("ours"), medians.pop("theirs"), medians)


def result(measured: Measured) -> Result:
    """A row as it is written down."""
    return {
        "row": measured.row.name,
        "ours": round(measured.ours, 3),
        "peer": measured.row.peer,
        "theirs": round(measured.theirs, 3),
        "ratio": round(measured.ratio, 3),
        "unit": measured.row.unit,
    }
