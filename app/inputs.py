"""Check a request against a JSON schema, and say what is wrong in the words of Replicate's API."""

import copy
import itertools
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft7Validator, ValidationError, validators

from app.errors import InvalidField, InvalidInput
from app.tables import Version

MOST_PROBLEMS = 100
URL = re.compile(r"https?://[^/\s]|data:[^,\s]*,", re.IGNORECASE)

WORDING = {
    "required": ("required", "{message}"),
    "additionalProperties": ("additional_property_not_allowed", "{message}"),
    "type": ("invalid_type", "Invalid type. Expected: {limit}, given: {given}"),
    "enum": ("enum", "{name} must be one of the following: {limit}"),
    "minimum": ("number_gte", "Must be greater than or equal to {limit}"),
    "maximum": ("number_lte", "Must be less than or equal to {limit}"),
    "exclusiveMinimum": ("number_gt", "Must be greater than {limit}"),
    "exclusiveMaximum": ("number_lt", "Must be less than {limit}"),
    "minLength": ("string_gte", "String length must be greater than or equal to {limit}"),
    "maxLength": ("string_lte", "String length must be less than or equal to {limit}"),
    "pattern": ("pattern", "Does not match pattern '{limit}'"),
    "format": ("format", "Does not match format '{limit}': {message}"),
    "minItems": ("array_min_items", "Array must have at least {limit} items"),
    "maxItems": ("array_max_items", "Array must have at most {limit} items"),
    "anyOf": ("number_any_of", "Must validate at least one schema (anyOf)"),
}
TYPE_NAMES = {
    type(None): "null",
    bool: "boolean",
    int: "integer",
    str: "string",
    list: "array",
    dict: "object",
}


class Rules:
    """A JSON schema, ready to be held against values."""

    def __init__(self, schema: Mapping[str, Any], *, root: Mapping[str, Any] | None = None) -> None:
        self._validator = _Validator(root or schema).evolve(schema=schema)
        properties = schema.get("properties", {})
        defaults = {name: rule.get("default") for name, rule in properties.items()}
        self._names = tuple(properties)
        self._defaults = {name: value for name, value in defaults.items() if value is not None}

    def problems(self, value: Any, path: str = "") -> list[InvalidField]:
        """What is wrong with a value: outer things first, one per place where the type is wrong."""
        found = itertools.islice(self._validator.iter_errors(value), MOST_PROBLEMS)
        errors = sorted(found, key=lambda error: len(error.absolute_path))
        mistyped = {_path(error) for error in errors if error.validator == "type"}
        return [
            _problem(error, path)
            for error in errors
            if error.validator == "type" or _path(error) not in mistyped
        ]

    def complete(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """The properties the schema knows, with its defaults for those that are missing."""
        given = {name: value[name] for name in self._names if name in value}
        return copy.deepcopy(self._defaults) | given


def check(version: Version, value: Any) -> dict[str, Any]:
    """An input a version takes, with its defaults; raises InvalidInput with all that is wrong."""
    rules = _rules(version)
    if found := rules.problems(value, "input"):
        raise InvalidInput(found)
    return rules.complete(value)


def problems(version: Version, value: Any) -> list[InvalidField]:
    """What a version has against an input; empty where it is welcome."""
    return _rules(version).problems(value, "input")


def _rules(version: Version) -> Rules:
    """A version's rules, made once: a version never changes."""
    rules = _known.get(version.id)
    if rules is None:
        document = version.openapi_schema
        rules = Rules(document["components"]["schemas"]["Input"], root=document)
        _known[version.id] = rules
    return rules


_known: dict[str, Rules] = {}


def _required(_: Any, names: list[str], value: Any, __: Any) -> Iterator[ValidationError]:
    if isinstance(value, dict):
        missing = (name for name in names if name not in value)
        yield from (ValidationError(f"{name} is required") for name in missing)


def _closed(_: Any, allowed: Any, value: Any, schema: Any) -> Iterator[ValidationError]:
    if isinstance(value, dict) and allowed is False:
        extra = (name for name in value if name not in schema.get("properties", {}))
        yield from (ValidationError(f"Additional property {name} is not allowed") for name in extra)


def _format(_: Any, name: str, value: Any, __: Any) -> Iterator[ValidationError]:
    """Only addresses are looked at: what is no URL could name a file on the server."""
    if name == "uri" and isinstance(value, str) and not URL.match(value):
        yield ValidationError("must be an http, https or data URL")


_Validator = validators.extend(  # type: ignore[no-untyped-call]  # the stubs lack its types
    Draft7Validator,
    {"required": _required, "additionalProperties": _closed, "format": _format},
)


def _problem(error: ValidationError, path: str) -> InvalidField:
    kind, wording = WORDING.get(str(error.validator), (str(error.validator), "{message}"))
    field = ".".join(filter(None, [path, _path(error)]))
    description = wording.format(
        message=error.message,
        limit=_limit(error.validator_value),
        given=_type_name(error.instance),
        name=field.rpartition(".")[2],
    )
    return InvalidField(kind, field, description)


def _path(error: ValidationError) -> str:
    return ".".join(map(str, error.absolute_path))


def _limit(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(json.dumps, value))
    return str(int(value) if isinstance(value, float) and value.is_integer() else value)


def _type_name(value: Any) -> str:
    return TYPE_NAMES.get(type(value)) or ("integer" if value.is_integer() else "number")
