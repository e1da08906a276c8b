"""What models import from Cog is there, and does what Cog's does."""

import asyncio
import dataclasses
import importlib
from typing import Any, Optional

import pytest

from predictors.runner import cog

MODULES = {
    "": {
        "AsyncConcatenateIterator", "BaseModel", "BasePredictor", "BaseRunner",
        "CancelationException", "ConcatenateIterator", "ExperimentalFeatureWarning", "File",
        "Input", "Opaque", "Path", "Secret", "concurrent", "current_scope", "emit_metric",
        "streaming", "__version__",
    },
    ".types": {"Path", "File", "Secret", "ConcatenateIterator", "AsyncConcatenateIterator"},
    ".input": {"Input", "FieldInfo"},
    ".predictor": {"BasePredictor", "BaseRunner"},
    ".exceptions": {"CancelationException"},
    ".server.exceptions": {"CancelationException"},
}  # fmt: skip


@pytest.mark.parametrize(("module", "names"), MODULES.items(), ids=lambda value: str(value)[:20])
def test_the_names_are_there(module: str, names: set[str]):
    found = importlib.import_module(f"predictors.runner.cog{module}")

    assert names <= set(vars(found))


def test_a_cancelation_is_caught_by_no_ordinary_except():
    assert not issubclass(cog.CancelationException, Exception)


def test_a_secret_shows_itself_only_when_asked():
    secret = cog.Secret("abc")

    assert f"{secret} {secret!r}" == "********** Secret('**********')"
    assert secret.get_secret_value() == "abc"
    assert str(cog.Secret("")) == ""
    assert len({secret, cog.Secret("abc")}) == 1
    assert secret != "abc"


def test_an_input_knows_no_default_from_a_default_of_none():
    assert cog.Input(default=None).default is None
    assert cog.Input().default is not None
    with pytest.raises(TypeError, match="default_factory"):
        cog.Input(default_factory=list)


class Inner(cog.BaseModel):
    value: int = 1


class Outer(cog.BaseModel):
    maybe: Optional[int]  # noqa: UP045  as older models write
    also: "str | None"
    needed: Inner
    many: list[int] = []  # noqa: RUF012  as older models write


def test_a_model_has_named_fields_some_of_which_may_be_left_out():
    outer = Outer(needed=Inner())  # type: ignore[call-arg]  # fields come at run time

    fields = {"maybe": None, "also": None, "needed": {"value": 1}, "many": []}
    assert outer.dict() == outer.model_dump() == fields
    assert outer.json() == '{"maybe": null, "also": null, "needed": {"value": 1}, "many": []}'
    assert dataclasses.is_dataclass(outer)


def test_a_models_default_list_is_its_own():
    first, second = (Outer(needed=Inner()) for _ in range(2))  # type: ignore[call-arg]  # as above

    first.many.append(1)

    assert second.many == []


@pytest.mark.parametrize(
    "arguments", [(), {"needed": None, "other": 1}], ids=["missing", "unknown"]
)
def test_a_models_fields_are_checked_by_name(arguments: Any):
    with pytest.raises(TypeError):
        Outer(**dict(arguments))


def test_concurrency_is_for_asynchronous_functions():
    async def predict() -> str:
        return ""

    assert cog.concurrent(max=4)(predict).__cog_concurrent_max__ == 4  # type: ignore[attr-defined]  # set by the mark
    with pytest.raises(TypeError, match="needs an async function"):
        cog.concurrent(max=2)(lambda: "")
    assert asyncio.run(predict()) == ""


@pytest.mark.parametrize("count", [0, -1, 1.5, True])
def test_concurrency_is_a_whole_number_from_one(count: Any):
    with pytest.raises(ValueError, match="at least 1"):
        cog.concurrent(max=count)


def test_streaming_marks_nothing():
    def predict() -> str:
        return ""

    assert cog.streaming(predict) is predict
    assert cog.streaming()(predict) is predict


def test_a_predictor_reaches_its_scope():
    predictor = cog.BasePredictor()
    predictor.setup()

    predictor.record_metric("a", 1)

    assert predictor.scope is cog.current_scope()
    assert predictor.scope.metrics["a"] == 1
