"""What a running predictor says, as small values."""

import functools
import operator
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class File:
    """A file that stands in an output: the steps to its place, its name, where it lies.

    It lies there until the next event is asked for. The name is the model's word, and may be odd.
    """

    at: tuple[str | int, ...]
    name: str
    path: Path


@dataclass(frozen=True)
class Output:
    """A piece that was yielded, or the whole result of a plain return; and the files in it."""

    value: Any
    is_piece: bool
    files: tuple[File, ...] = ()

    def replaced(self, texts: Iterable[str]) -> "Output":
        """The same with a text in the place of each file; the value itself is changed."""
        whole: Any = [self.value]
        for file, text in zip(self.files, texts, strict=True):
            *steps, last = (0, *file.at)
            functools.reduce(operator.getitem, steps, whole)[last] = text
        return Output(whole[0], self.is_piece)


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
class Waits:
    """The model runs others first."""


@dataclass(frozen=True)
class Began:
    """The model has begun with a prediction that waited."""


@dataclass(frozen=True)
class Tick:
    """Nothing new for half a second."""


Event = Output | Log | Metric | Waits | Began | Tick
