"""cog.yaml names the entry point and the environment; all else is left alone."""

from pathlib import Path

import pytest

from predictors import cogyaml

READABLE = {
    "predict": ("predict: predict.py:Predictor", "predict.py:Predictor"),
    "run": ("run: predict.py:Runner", "predict.py:Runner"),
    "a file alone": ("predict: predict.py", "predict.py"),
    "keys of image building": (
        "build: {gpu: true}\nimage: x\npredict: predict.py:P",
        "predict.py:P",
    ),
}


@pytest.mark.parametrize(("text", "entry_point"), READABLE.values(), ids=READABLE.keys())
def test_the_entry_point_is_read(tmp_path: Path, text: str, entry_point: str):
    (tmp_path / "predict.py").touch()
    (tmp_path / "cog.yaml").write_text(text)

    assert cogyaml.read(tmp_path) == cogyaml.CogYaml(entry_point, {})


def test_the_environment_is_read(tmp_path: Path):
    (tmp_path / "predict.py").touch()
    (tmp_path / "cog.yaml").write_text("predict: predict.py\nenvironment: [A=b, C=d=e]")

    assert cogyaml.read(tmp_path).environment == {"A": "b", "C": "d=e"}


UNREADABLE = {
    "no entry point": ("build: {}", "exactly one of run and predict"),
    "two entry points": (
        "run: predict.py:A\npredict: predict.py:B",
        "exactly one of run and predict",
    ),
    "a list": ("predict: [a]", "exactly one of run and predict"),
    "no such file": ("predict: other.py:A", "there is no other.py; correct the name"),
    "no mapping": ("text", "must hold at least predict"),
    "no YAML": ("a: [", "is no YAML"),
    "an environment that is no list": (
        "predict: predict.py\nenvironment: 3",
        "a list of NAME=value",
    ),
    "a line without a value": ("predict: predict.py\nenvironment: [A]", "a list of NAME=value"),
    "a reserved name": ("predict: predict.py\nenvironment: [PATH=/]", "may not set PATH"),
    "a reserved prefix": ("predict: predict.py\nenvironment: [R8_A=/]", "may not set R8_A"),
}


@pytest.mark.parametrize(("text", "message"), UNREADABLE.values(), ids=UNREADABLE.keys())
def test_a_file_that_cannot_be_used_is_refused(tmp_path: Path, text: str, message: str):
    (tmp_path / "predict.py").touch()
    (tmp_path / "cog.yaml").write_text(text)

    with pytest.raises(cogyaml.CogYamlError, match=message):
        cogyaml.read(tmp_path)
