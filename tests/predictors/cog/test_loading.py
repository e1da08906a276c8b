"""A predictor is found by its reference, and has one function to call."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from predictors.runner.cog import BasePredictor
from predictors.runner.cog.server import loading


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    sys.modules.pop("loaded", None)


CLASS = "class {}:\n    def predict(self): return 1\n"
REFERENCES = {
    "a name": ("loaded.py:Mine", CLASS.format("Mine")),
    "Predictor": ("loaded.py", CLASS.format("Predictor")),
    "Runner first": ("loaded.py", CLASS.format("Runner") + "class Predictor: ...\n"),
    "a function": ("loaded.py:predict", "def predict(): return 1\n"),
    "run": ("loaded.py:Mine", "class Mine:\n    def run(self): return 1\n"),
}


@pytest.mark.parametrize(("reference", "text"), REFERENCES.values(), ids=REFERENCES.keys())
def test_the_function_is_found(folder: Path, reference: str, text: str):
    (folder / "loaded.py").write_text(text)

    assert loading.prediction_function(loading.load(reference))() == 1


@pytest.mark.parametrize("reference", ["loaded.py:Other", "loaded.py"])
def test_a_name_that_is_not_there_is_told(folder: Path, reference: str):
    (folder / "loaded.py").write_text("")

    with pytest.raises(ImportError, match="name the predictor in"):
        loading.load(reference)


def test_a_file_that_is_no_python_is_told(folder: Path):
    with pytest.raises(ImportError, match="is no Python file"):
        loading.load("loaded.txt:Mine")


class Both(BasePredictor):
    def run(self) -> str:
        return ""

    def predict(self) -> str:
        return ""


@pytest.mark.parametrize("predictor", [Both(), BasePredictor()], ids=["both", "none"])
def test_a_class_has_exactly_one_function(predictor: Any):
    with pytest.raises(TypeError, match="exactly one of run and predict"):
        loading.prediction_function(predictor)


class Weighted:
    def setup(self, weights: Any) -> Any:
        return weights


class Plain:
    def setup(self) -> str:
        return "set up"


SETUPS = {"weights": (Weighted(), "w"), "plain": (Plain(), "set up"), "none": (object(), None)}


@pytest.mark.parametrize(("predictor", "result"), SETUPS.values(), ids=SETUPS.keys())
def test_setup_is_given_the_weights_where_it_asks(
    monkeypatch: pytest.MonkeyPatch, predictor: Any, result: Any
):
    monkeypatch.setenv("COG_WEIGHTS", "w")

    assert loading.setup_function(predictor)() == result
