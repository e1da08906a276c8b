"""A signature becomes the OpenAPI document that Cog would make of it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from predictors import schema
from tests import fakes

HEAD = """\
import typing
from typing import *
from typing import Optional as Maybe
from cog import *
import cog
from settings import LIMIT, Size
from .settings import NAMES

MODES = {"fast": object, "slow": object}
DEFAULT = "fast"
Style = Literal["plain", "formal"]

class Box(BaseModel):
    left: int
    label: str = "thing"
    note: Optional[str]
    parent: Optional["Box"] = None
    inside: list[Size] = cog.something()
"""
SETTINGS = """\
from cog import BaseModel
try:
    LIMIT = 2 ** 10 - 1
except ImportError:
    pass

NAMES: dict = {"one": "eins"}

class Shape(BaseModel):
    width: float

class Size(Shape): ...
"""


def of_source(folder: Path, text: str) -> dict[str, Any]:
    """The document of a folder with this predict.py."""
    (folder / "cog.yaml").write_text('predict: "predict.py"\n')
    (folder / "settings.py").write_text(SETTINGS)
    (folder / "predict.py").write_text(HEAD + text)
    return schema.of_folder(folder)


def of_parameters(folder: Path, parameters: str, returns: str = "str") -> dict[str, Any]:
    text = f"class Predictor:\n    def predict(self, {parameters}) -> {returns}: ...\n"
    components: dict[str, Any] = of_source(folder, text)["components"]["schemas"]
    return components


URI = {"type": "string", "format": "uri"}
SECRET = {"type": "string", "format": "password", "writeOnly": True, "x-cog-secret": True}
CHOICES = {"allOf": [{"$ref": "#/components/schemas/x"}]}

TYPES: dict[str, dict[str, Any]] = {
    "str": {"type": "string"},
    "int": {"type": "integer"},
    "float": {"type": "number"},
    "bool": {"type": "boolean"},
    "Path": URI,
    "cog.Path": URI,
    "File": URI,
    "Secret": SECRET,
    "dict": {"type": "object"},
    "dict[str, int]": {"type": "object"},
    "Any": {"type": "object"},
    "Box": {"type": "object"},
    "Annotated[list, Opaque]": {"type": "object"},
    "Annotated[int, 'meters']": {"type": "integer"},
    "list": {"type": "array", "items": {}},
    "list[str]": {"type": "array", "items": {"type": "string"}},
    "List[Path]": {"type": "array", "items": URI},
    "int | str": {"anyOf": [{"type": "integer"}, {"type": "string"}]},
    "'int'": {"type": "integer"},
}


@pytest.mark.parametrize(("annotation", "expected"), TYPES.items(), ids=TYPES.keys())
def test_a_type_has_its_schema(tmp_path: Path, annotation: str, expected: dict[str, Any]):
    components = of_parameters(tmp_path, f"x: {annotation}")

    assert components["Input"] == {
        "title": "Input",
        "type": "object",
        "required": ["x"],
        "properties": {"x": {"x-order": 0, "title": "X", **expected}},
    }


NULLABLE = {"nullable": True}
NULL = {"nullable": True, "default": None}
INPUTS: dict[str, tuple[bool, dict[str, Any]]] = {
    "x: int": (True, {"type": "integer"}),
    "x: int = Input()": (True, {"type": "integer"}),
    "x: int = Input(description='d')": (True, {"type": "integer", "description": "d"}),
    "x: int = Input(default=3)": (False, {"type": "integer", "default": 3}),
    "x: int = Input(3)": (False, {"type": "integer", "default": 3}),
    "x: int = 3": (False, {"type": "integer", "default": 3}),
    "x: int = -3": (False, {"type": "integer", "default": -3}),
    "x: int = Input(default=None)": (False, {"type": "integer"}),
    "x: Path = Input(default=None)": (False, URI),
    "x: int = None": (False, {"type": "integer"}),
    "x: Secret = Input(default=None)": (False, SECRET | NULL),
    "x: Optional[int]": (False, {"type": "integer"} | NULLABLE),
    "x: Maybe[int]": (False, {"type": "integer"} | NULLABLE),
    "x: typing.Optional[int] = Input(ge=1)": (False, {"type": "integer", "minimum": 1} | NULLABLE),
    "x: int | None = None": (False, {"type": "integer"} | NULL),
    "x: Optional[Path] = Input(default=None)": (False, URI | NULL),
    "x: Optional[int] = Input(default=5)": (False, {"type": "integer", "default": 5} | NULLABLE),
    "x: int | str | None": (True, TYPES["int | str"] | NULLABLE),
    "x: int | str | None = None": (False, TYPES["int | str"] | NULL),
    "x: int = Input(default=2, ge=1, le=LIMIT)": (
        False,
        {"type": "integer", "default": 2, "minimum": 1, "maximum": 1023},
    ),
    "x: str = Input(min_length=1, max_length=9, regex='^a')": (
        True,
        {"type": "string", "minLength": 1, "maxLength": 9, "pattern": "^a"},
    ),
    "x: Path = Input(accept='image/*')": (True, URI | {"x-cog-accept": "image/*"}),
    "x: str = Input(deprecated=True)": (True, {"type": "string", "deprecated": True}),
    "x: list[str] = Input(default=['a'])": (False, TYPES["list[str]"] | {"default": ["a"]}),
    "x: dict = {'a': [1, (2,)]}": (False, {"type": "object", "default": {"a": [1, [2]]}}),
    "x: str = DEFAULT + 'er'": (False, {"type": "string", "default": "faster"}),
    "x: str = Input(choices=['a', 'b'])": (True, CHOICES),
    "x: str = Input(choices=MODES.keys(), default=DEFAULT)": (False, CHOICES | {"default": "fast"}),
    "x: Style": (True, CHOICES),
    "x: Style = 'plain'": (False, CHOICES | {"default": "plain"}),
}


@pytest.mark.parametrize(("parameter", "expected"), INPUTS.items(), ids=INPUTS.keys())
def test_an_input_is_required_or_not_and_says_all_about_itself(
    tmp_path: Path, parameter: str, expected: tuple[bool, dict[str, Any]]
):
    is_required, facts = expected

    found = of_parameters(tmp_path, parameter)["Input"]

    title = {} if "allOf" in facts else {"title": "X"}
    assert found["properties"]["x"] == {"x-order": 0} | title | facts
    assert found.get("required", []) == ["x"] * is_required


ENUMS: dict[str, tuple[str, list[Any]]] = {
    "x: str = Input(choices=('a', 'b'))": ("string", ["a", "b"]),
    "x: int = Input(choices=[1, 2])": ("integer", [1, 2]),
    "x: str = Input(choices=list(MODES))": ("string", ["fast", "slow"]),
    "x: str = Input(choices=sorted(['b', 'a']))": ("string", ["a", "b"]),
    "x: Style": ("string", ["plain", "formal"]),
    "x: Literal[1, 2]": ("integer", [1, 2]),
    "x: str = Input(choices=list(NAMES.values()) + ['zwei'])": ("string", ["eins", "zwei"]),
}


@pytest.mark.parametrize(("parameter", "expected"), ENUMS.items(), ids=ENUMS.keys())
def test_choices_are_a_component_of_their_own(
    tmp_path: Path, parameter: str, expected: tuple[str, list[Any]]
):
    kind, choices = expected

    assert of_parameters(tmp_path, parameter)["x"] == {
        "title": "x",
        "description": "An enumeration.",
        "type": kind,
        "enum": choices,
    }


def test_the_order_of_the_signature_is_kept(tmp_path: Path):
    found = of_parameters(tmp_path, "max_words: int, b: str = 'x', a: str = Input()")["Input"]

    orders = {name: about["x-order"] for name, about in found["properties"].items()}
    assert orders == {"max_words": 0, "b": 1, "a": 2}
    assert found["properties"]["max_words"]["title"] == "Max Words"
    assert found["required"] == ["max_words", "a"]


ITERATOR = {"type": "array", "items": {"type": "string"}, "x-cog-array-type": "iterator"}
CONCATENATE = ITERATOR | {"x-cog-array-display": "concatenate"}
BOX = {
    "type": "object",
    "properties": {
        "left": {"title": "Left", "type": "integer"},
        "label": {"title": "Label", "type": "string", "default": "thing"},
        "note": {"title": "Note", "type": "string", "nullable": True},
        "parent": {"title": "Parent", "type": "object", "nullable": True, "default": None},
        "inside": {
            "title": "Inside",
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"width": {"title": "Width", "type": "number"}},
                "required": ["width"],
            },
        },
    },
    "required": ["left"],
}
OUTPUTS: dict[str, dict[str, Any]] = {
    "str": {"type": "string"},
    "int": {"type": "integer"},
    "bool": {"type": "boolean"},
    "Path": URI,
    "File": URI,
    "Any": {"type": "object"},
    "dict": {"type": "object"},
    "dict[str, int]": {"type": "object", "additionalProperties": {"type": "integer"}},
    "list[Path]": {"type": "array", "items": URI},
    "list[list[str]]": {"type": "array", "items": TYPES["list[str]"]},
    "Iterator[str]": ITERATOR,
    "AsyncIterator[str]": ITERATOR,
    "Generator[str, None, None]": ITERATOR,
    "Iterator[Path]": ITERATOR | {"items": URI},
    "ConcatenateIterator[str]": CONCATENATE,
    "ConcatenateIterator": CONCATENATE,
    "cog.AsyncConcatenateIterator[str]": CONCATENATE,
    "Style": {"type": "string", "enum": ["plain", "formal"]},
    "Box": BOX,
    "list[Box]": {"type": "array", "items": BOX},
}


@pytest.mark.parametrize(("annotation", "expected"), OUTPUTS.items(), ids=OUTPUTS.keys())
def test_an_output_has_its_schema(tmp_path: Path, annotation: str, expected: dict[str, Any]):
    assert of_parameters(tmp_path, "", annotation)["Output"] == {"title": "Output", **expected}


PREDICTORS = {
    "a class": "class Predictor:\n def predict(self, x: int) -> str: ...",
    "run": "class Runner(BaseRunner):\n async def run(self, x: int) -> str: ...",
    "an inherited method": (
        "class Parent:\n def predict(self, x: int) -> str: ...\nclass Predictor(Parent): ..."
    ),
    "a decorated method": (
        "class Predictor:\n @cog.streaming\n def predict(self, x: int) -> str: ..."
    ),
    "a class behind a condition": (
        "if LIMIT:\n class Predictor:\n  def predict(self, x: int) -> str: ..."
    ),
}


@pytest.mark.parametrize("text", PREDICTORS.values(), ids=PREDICTORS.keys())
def test_the_function_is_found(tmp_path: Path, text: str):
    assert list(of_source(tmp_path, text)["components"]["schemas"]["Input"]["properties"]) == ["x"]


def predict(parameters: str, returns: str = " -> str") -> str:
    return f"class Predictor:\n    def predict(self, {parameters}){returns}: ..."


LINE = HEAD.count("\n") + 2
ERRORS = {
    "no type": (predict("x"), f"{LINE}: x has no type; annotate it."),
    "a star": (predict("*x: int"), f"{LINE}: x is no plain parameter; name each"),
    "two stars": (predict("**x: int"), f"{LINE}: x is no plain parameter"),
    "keyword only": (predict("*, x: int"), f"{LINE}: x is no plain parameter"),
    "positional only": (predict("x: int, /"), "is no plain parameter"),
    "no return type": (predict("", ""), f"{LINE}: has no return type; annotate"),
    "no result": (predict("", " -> None"), f"{LINE}: has no return type"),
    "an optional result": (predict("", " -> Optional[str]"), "returns one type; name it without"),
    "a result of many types": (predict("", " -> int | str"), "returns one type"),
    "joined numbers": (
        predict("", " -> ConcatenateIterator[int]"),
        "write ConcatenateIterator[str]",
    ),
    "an unknown type": (predict("x: Image"), f"{LINE}: Image is not known here; use str"),
    "an unknown generic": (predict("x: Queue[int]"), "Queue[...] is no type for a value"),
    "a number as type": (predict("x: 3"), "is no type for a value; use"),
    "a broken quoted type": (predict("x: 'a b'"), "'a b' is no type for a value"),
    "a class without fields": (
        predict("x: Plain") + "\nclass Plain: ...",
        "derive it from cog.BaseModel",
    ),
    "a union with a file": (predict("x: int | Path"), "a union may not hold Path"),
    "lists in lists": (predict("x: list[list[int]]"), "a list of lists is no input; use list[str]"),
    "mixed literals": (predict("x: Literal[1, 'a']"), "make them alike"),
    "a bound on a text": (predict("x: str = Input(ge=1)"), "ge is for float and int, and x is str"),
    "a length on a number": (predict("x: int = Input(max_length=1)"), "max_length is for str"),
    "choices of numbers with points": (
        predict("x: float = Input(choices=[1, 2])"),
        "choices is for",
    ),
    "one choice": (predict("x: int = Input(choices=[1])"), "choices must be two or more"),
    "choices of another type": (predict("x: int = Input(choices=[1, 'a'])"), "the choice 'a' of x"),
    "choices and bounds": (predict("x: int = Input(choices=[1, 2], ge=1)"), "choices exclude ge"),
    "a default too small": (
        predict("x: int = Input(default=0, ge=1)"),
        "the default 0 is below ge",
    ),
    "a default too large": (
        predict("x: int = Input(default=9, le=1)"),
        "the default 9 is above le",
    ),
    "a default too short": (predict("x: str = Input('', min_length=1)"), "shorter than min_length"),
    "a default too long": (predict("x: str = Input('ab', max_length=1)"), "longer than max_length"),
    "a default off the pattern": (
        predict("x: str = Input('b', regex='a')"),
        "not matched by regex",
    ),
    "a default that is no choice": (
        predict("x: int = Input(3, choices=[1, 2])"),
        "none of the choices",
    ),
    "a default of another type": (predict("x: int = 'a'"), "the default 'a' of x is no int"),
    "a flag for a number": (predict("x: int = True"), "the default True of x is no int"),
    "a made default": (
        predict("x: int = make()"),
        f"{LINE}: is not known without running the code",
    ),
    "an unknown name": (predict("x: int = NOWHERE"), "is not known without running the code"),
    "a sum that fails": (predict("x: int = 1 / 0"), "cannot be computed (division by zero)"),
    "too large a power": (predict("x: int = 9 ** 9999"), "is not known without running"),
    "keys of no dict": (predict("x: str = Input(choices=DEFAULT.keys())"), "is not known without"),
    "an unknown argument": (
        predict("x: int = Input(default_factory=int)"),
        "Input takes no default_factory",
    ),
    "two defaults": (predict("x: int = Input(1, 2)"), "Input takes no second default"),
    "choices named like a component": (
        predict("Output: int = Input(choices=[1, 2])"),
        "choose another",
    ),
    "both methods": (
        "class Predictor:\n def run(self) -> str: ...\n def predict(self) -> str: ...",
        "must define exactly one of run and predict",
    ),
    "no method": ("class Predictor: ...", "must define exactly one of run and predict"),
    "no predictor": ("", "has no class or function Runner or Predictor; correct cog.yaml"),
    "a predictor that is made": (
        "Predictor = make()",
        "has no class or function Runner or Predictor",
    ),
    "a parent from elsewhere": (
        "class Predictor(Elsewhere): ...",
        "must define exactly one of run",
    ),
    "no Python": ("def", "is no Python"),
}


@pytest.mark.parametrize(("text", "message"), ERRORS.values(), ids=ERRORS.keys())
def test_a_signature_that_does_not_fit_is_refused_with_file_and_remedy(
    tmp_path: Path, text: str, message: str
):
    with pytest.raises(schema.SchemaError) as refused:
        of_source(tmp_path, text)

    assert str(refused.value).startswith(f"{tmp_path / 'predict.py'}:")
    assert message in str(refused.value)


def test_a_folder_without_cog_yaml_has_no_schema(tmp_path: Path):
    with pytest.raises(schema.SchemaError, match=r"cog.yaml: cannot be read"):
        schema.of_folder(tmp_path)


def test_a_name_that_stands_for_itself_is_refused(tmp_path: Path):
    with pytest.raises(schema.SchemaError, match="stands for itself"):
        of_source(tmp_path, "Loop = Loop\n" + predict("x: Loop"))


FOLDERS = sorted(folder for folder in fakes.FOLDERS.iterdir() if (folder / "cog.yaml").exists())


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_reference_resolves_and_the_input_is_a_json_schema(folder: Path):
    document = schema.of_folder(folder)

    for reference in _references(document):
        assert reference.removeprefix("#/components/schemas/") in document["components"]["schemas"]
    jsonschema.Draft4Validator.check_schema(document["components"]["schemas"]["Input"])


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from [value["$ref"]] if "$ref" in value else []
        value = list(value.values())
    for item in value if isinstance(value, list) else []:
        yield from _references(item)
