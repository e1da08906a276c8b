"""The models of this project at work: in a runner, or loaded right here."""

import contextlib
import importlib
import itertools
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from predictors.child import Child
from predictors.events import Event, Log, Metric, Output
from predictors.runner.cog.scope import Scope
from tests import fakes
from tests.predictors import running

ROOT = Path(__file__).parents[2] / "predictors"
IDS = map(str, itertools.count())


@dataclass
class Run:
    """What one prediction said."""

    output: Any = None
    logs: str = ""
    metrics: dict[str, Any] = field(default_factory=dict)

    def add(self, event: Event) -> None:
        match event:
            case Output():
                self.output = running.inline(event).value
            case Log(text):
                self.logs += text
            case Metric(name, value):
                self.metrics[name] = value


def child(folder: str, weights: Path | None = None, **changes: Any) -> Child:
    """A child that has yet to be started, with the demo's weights unless others are given."""
    told = {"name": folder, "weights": weights and str(weights), **changes}
    return Child(fakes.entry(str(ROOT / folder), **told), cancel_grace=10)


def run(child: Child, **inputs: Any) -> Run:
    """One prediction."""
    result = Run()
    for event in child.events(next(IDS), inputs):
        result.add(event)
    return result


def cancel(child: Child, result: Run, **inputs: Any) -> None:
    """One prediction, canceled at the first line of its log."""
    prediction_id = next(IDS)
    for event in child.events(prediction_id, inputs):
        result.add(event)
        if result.logs:
            child.cancel(prediction_id)


@contextlib.contextmanager
def predictor(folder: str) -> Iterator[Any]:
    """Its predictor with the demo's weights; the folder's modules are forgotten at the end."""
    before = set(sys.modules)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / folder)
        patch.syspath_prepend(ROOT / "runner")
        predictor = importlib.import_module("predict").Predictor()
        predictor.setup(str(ROOT / folder / "weights-demo"))
        yield predictor
    for name in set(sys.modules) - before:
        if str(ROOT) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


class Heard(Scope):
    """A prediction's scope that keeps what it is told."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        super().__init__(self.lines.append)


def facts(schemas: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Name, type, default, least and most of each input of a schema, in order."""
    inputs = sorted(schemas["Input"]["properties"].items(), key=lambda item: item[1]["x-order"])
    keys = ("type", "default", "minimum", "maximum")
    return [(name, *map(field.get, keys)) for name, field in inputs]
