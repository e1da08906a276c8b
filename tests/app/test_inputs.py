"""Every rule a version's schema can have for its input, and what is said when it is broken."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import ids, inputs
from app.errors import InvalidInput
from app.inputs import Rules
from app.tables import Version

STYLE = {"allOf": [{"$ref": "#/components/schemas/style"}], "description": "Tone of voice"}
STYLES = {"title": "style", "type": "string", "enum": ["plain", "formal"]}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def version(properties, **schema):
    inner = {"type": "object", "properties": properties, **schema}
    document = {"components": {"schemas": {"Input": inner, "style": STYLES}}}
    return Version(id=ids.random_text(64), openapi_schema=document)


def text_of(rule, value):
    """What is said of `x` under a rule, as `type: description`; empty where nothing is."""
    found = inputs.problems(version({"x": rule}), {"x": value})
    assert all(problem.field.startswith("input.x") for problem in found)
    return [f"{problem.type}: {problem.description}" for problem in found]


WELCOME = {
    "text": ({"type": "string"}, ""),
    "whole number": ({"type": "integer"}, 2**70),
    "whole float": ({"type": "integer"}, 2.0),
    "integer for a number": ({"type": "number"}, 2),
    "flag": ({"type": "boolean"}, False),
    "list": ({"type": "array", "items": {"type": "integer"}}, [1, 2]),
    "object": ({"type": "object"}, {"any": [None]}),
    "choice": (STYLE, "formal"),
    "union": ({"anyOf": [{"type": "string"}, {"type": "integer"}]}, 1),
    "null where nothing is said of types": ({}, None),
    "https": ({"type": "string", "format": "uri"}, "https://a.example/b.png"),
    "HTTP": ({"type": "string", "format": "uri"}, "HTTP://a.example"),
    "data": ({"type": "string", "format": "uri"}, "data:image/png;base64,AAAA"),
    "at the edges": ({"type": "integer", "minimum": 1, "maximum": 1}, 1),
    "other formats are not looked at": ({"type": "string", "format": "password"}, "hush"),
}
URL = "format: Does not match format 'uri': must be an http, https or data URL"
REFUSED = {
    "null": (
        {"type": "integer"},
        None,
        "invalid_type: Invalid type. Expected: integer, given: null",
    ),
    "null for nullable": (
        {"type": "string", "nullable": True},
        None,
        "invalid_type: Invalid type. Expected: string, given: null",
    ),
    "text for a number": (
        {"type": "integer"},
        "4",
        "invalid_type: Invalid type. Expected: integer, given: string",
    ),
    "a flag for a number": (
        {"type": "integer"},
        True,
        "invalid_type: Invalid type. Expected: integer, given: boolean",
    ),
    "a broken number": (
        {"type": "integer"},
        2.5,
        "invalid_type: Invalid type. Expected: integer, given: number",
    ),
    "a number for a flag": (
        {"type": "boolean"},
        1,
        "invalid_type: Invalid type. Expected: boolean, given: integer",
    ),
    "a list for text": (
        {"type": "string", "minLength": 5},
        [],
        "invalid_type: Invalid type. Expected: string, given: array",
    ),
    "too small": (
        {"type": "integer", "minimum": 1},
        0,
        "number_gte: Must be greater than or equal to 1",
    ),
    "too large": (
        {"type": "number", "maximum": 4.0},
        4.5,
        "number_lte: Must be less than or equal to 4",
    ),
    "too large a part": (
        {"type": "number", "maximum": 0.5},
        1,
        "number_lte: Must be less than or equal to 0.5",
    ),
    "too short": (
        {"type": "string", "minLength": 2},
        "a",
        "string_gte: String length must be greater than or equal to 2",
    ),
    "too long": (
        {"type": "string", "maxLength": 2},
        "abc",
        "string_lte: String length must be less than or equal to 2",
    ),
    "pattern": (
        {"type": "string", "pattern": "^[a-z]{2}$"},
        "A",
        "pattern: Does not match pattern '^[a-z]{2}$'",
    ),
    "choice": (STYLE, "loud", 'enum: x must be one of the following: "plain", "formal"'),
    "a number for a choice": (
        STYLE,
        1,
        "invalid_type: Invalid type. Expected: string, given: integer",
    ),
    "union": (
        {"anyOf": [{"type": "string"}, {"type": "integer"}]},
        [],
        "number_any_of: Must validate at least one schema (anyOf)",
    ),
    "too few": (
        {"type": "array", "minItems": 1},
        [],
        "array_min_items: Array must have at least 1 items",
    ),
    "a path": ({"type": "string", "format": "uri"}, "/etc/passwd", URL),
    "a file": ({"type": "string", "format": "uri"}, "file:///etc/passwd", URL),
    "a bucket": ({"type": "string", "format": "uri"}, "s3://bucket/key", URL),
    "a path in a list": (
        {"type": "array", "items": {"type": "string", "format": "uri"}},
        ["a.png"],
        URL,
    ),
    "an odd rule": (
        {"type": "integer", "multipleOf": 2},
        3,
        "multipleOf: 3 is not a multiple of 2",
    ),
}


@pytest.mark.parametrize(("rule", "value"), WELCOME.values(), ids=WELCOME)
def test_what_keeps_the_rules_is_welcome(rule, value):
    assert text_of(rule, value) == []


@pytest.mark.parametrize(("rule", "value", "said"), REFUSED.values(), ids=REFUSED)
def test_a_broken_rule_is_named_once(rule, value, said):
    assert text_of(rule, value) == [said]


def test_everything_is_said_in_one_pass_outer_things_first():
    asked = version(
        {
            "prompt": {"type": "string"},
            "n": {"type": "integer"},
            "tags": {"items": {"type": "string"}},
        },
        required=["prompt", "seed"],
    )

    with pytest.raises(InvalidInput) as refused:
        inputs.check(asked, {"n": "4", "tags": ["a", 1]})

    assert refused.value.detail == (
        "- input: prompt is required\n"
        "- input: seed is required\n"
        "- input.n: Invalid type. Expected: integer, given: string\n"
        "- input.tags.1: Invalid type. Expected: string, given: integer\n"
    )


def test_problems_without_end_are_cut_short():
    asked = version({"tags": {"type": "array", "items": {"type": "string"}}})

    assert len(inputs.problems(asked, {"tags": [1] * 10_000})) == inputs.MOST_PROBLEMS


def test_defaults_fill_what_is_missing_and_only_that():
    asked = version({
        "a": {"type": "integer", "default": 1},
        "b": {"type": "integer", "default": 2},
        "c": {"type": "string"},
        "d": {"type": "string", "nullable": True, "default": None},
        "e": {"type": "boolean", "default": False},
    })  # fmt: skip

    assert inputs.check(asked, {"b": 0}) == {"a": 1, "b": 0, "e": False}


def test_unknown_inputs_are_dropped():
    assert inputs.check(version({"a": {}}), {"a": None, "b": 1}) == {"a": None}


def test_a_default_is_the_same_after_a_caller_changed_what_it_got():
    asked = version({"tags": {"type": "array", "default": ["draft"]}})

    inputs.check(asked, {})["tags"].append("mine")

    assert inputs.check(asked, {}) == {"tags": ["draft"]}


@given(JSON)
def test_no_value_is_too_odd_to_be_told_what_is_wrong(value):
    rules = Rules({rule: wanted for case in REFUSED.values() for rule, wanted in _plain(case[0])})

    for problem in rules.problems(value):
        assert json.dumps(problem.description)


def _plain(rule):
    return [(name, wanted) for name, wanted in rule.items() if name not in {"allOf", "type"}]
