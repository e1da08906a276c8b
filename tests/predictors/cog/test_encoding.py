"""What a model returns becomes JSON, or a sentence that says why not."""

import dataclasses
import datetime as dt
import enum
import io
import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from predictors.runner import cog
from predictors.runner.cog.encoding import encode


class Color(enum.Enum):
    RED = "red"


class Level(enum.IntEnum):
    LOW = 1


@dataclasses.dataclass
class Point:
    x: int
    color: Color


class Pydantic2:
    def model_dump(self) -> dict[str, Any]:
        return {"a": {1}}


class Pydantic1:
    def dict(self) -> dict[str, Any]:
        return {"a": (1,)}


class Array:
    def tolist(self) -> list[float]:
        return [0.5]


VALUES: dict[str, tuple[Any, Any]] = {
    "none": (None, None),
    "a flag": (True, True),
    "an int": (7, 7),
    "an int of a kind": (Level.LOW, 1),
    "a float": (0.5, 0.5),
    "a text": ("é", "é"),
    "half a character": ("a\ud800", "a?"),
    "an enum": (Color.RED, "red"),
    "a dict": ({1: (2,)}, {"1": [2]}),
    "a set": ({1}, [1]),
    "a generator": ((n for n in (1, 2)), [1, 2]),
    "a time": (dt.datetime(2026, 1, 2, 3, 4, tzinfo=dt.UTC), "2026-01-02T03:04:00+00:00"),
    "a date": (dt.date(2026, 1, 2), "2026-01-02"),
    "a dataclass": (Point(1, Color.RED), {"x": 1, "color": "red"}),
    "pydantic 2": (Pydantic2(), {"a": [1]}),
    "pydantic 1": (Pydantic1(), {"a": [1]}),
    "an array": (Array(), [0.5]),
    "a path": ([cog.Path("a.png"), Path("b")], ["a.png", "b"]),
}


@pytest.mark.parametrize(("value", "encoded"), VALUES.values(), ids=VALUES.keys())
def test_a_value_is_encoded(value: Any, encoded: Any):
    assert encode(value) == encoded
    assert type(encode(encoded)) is type(encoded)


def test_files_are_what_the_caller_makes_of_them():
    files = [cog.Path("a.png"), {"deep": io.BytesIO(b"ab")}, "a.png"]

    assert encode(files, lambda file: type(file).__name__) == ["Path", {"deep": "BytesIO"}, "a.png"]


REFUSALS = {
    "not a number": ([math.nan], ValueError, "holds nan"),
    "infinity": ({"a": -math.inf}, ValueError, "holds -inf"),
    "bytes": (b"", TypeError, "return a Path or a string"),
    "an object": (object(), TypeError, "holds a object"),
    "a class": (Point, TypeError, "holds a type"),
    "an open file where none belongs": (io.BytesIO(b"ab"), TypeError, "BytesIO"),
}


@pytest.mark.parametrize(("value", "kind", "message"), REFUSALS.values(), ids=REFUSALS.keys())
def test_a_value_without_json_is_refused(value: Any, kind: type[Exception], message: str):
    with pytest.raises(kind, match=message):
        encode(value)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(JSON)
def test_what_is_json_already_stays_as_it_is(value: Any):
    assert encode(value) == value
    assert json.loads(json.dumps(encode(value), allow_nan=False)) == value
