"""The page of settings, from their classes."""

import dataclasses
import typing
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import UnionType
from typing import Any

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from config import environment, settings
from pages.tables import table

KINDS: dict[Any, str] = {
    bool: "true or false",
    float: "number",
    int: "whole number",
    Path: "path",
    SecretStr: "secret text",
    str: "text",
    tuple: "list, comma-separated",
}
BOUNDS = {"gt": "above {}", "ge": "at least {}", "le": "at most {}", "pattern": "`{}`"}

SETTINGS = """\
# Settings

Every setting is an environment variable. Defaults suit a laptop. A value that is not right stops
the start with a sentence that names the variable. Durations are seconds.
"""
INHERITED = """\
## What a model's process inherits

The process that runs a model gets none of the variables above. It gets the `environment` of its
`cog.yaml` and of its catalogue entry, `COG_WEIGHTS` where the catalogue names weights, and of the
worker's own environment only these: {names}, and all that begin with {prefixes}.
Unless they are given, {defaults}.
"""


def page() -> Iterator[str]:
    """Every setting, by concern."""
    yield SETTINGS
    for section in dataclasses.fields(settings.Settings):
        shape: type[settings.Section] = section.default_factory  # type: ignore[assignment]
        yield f"## {_sentence(shape)}\n"
        lines = (_setting(name, field) for name, field in shape.model_fields.items())
        yield table(("variable", "kind", "default", "meaning"), lines)
    yield INHERITED.format(
        names=_listed(environment.NAMES),
        prefixes=_listed(environment.PREFIXES),
        defaults=_listed(f"{name}={value}" for name, value in environment.DEFAULTS.items()),
    )


def _sentence(shape: type) -> str:
    return (shape.__doc__ or "").rstrip(".")


def _setting(name: str, field: FieldInfo) -> tuple[str, ...]:
    meaning = field.description or ""
    return f"`HEARTH_{name.upper()}`", _kind(field), _default(field.default), meaning


def _kind(field: FieldInfo) -> str:
    """What may be given: `whole number, at least 1, at most 65535`."""
    parts = typing.get_args(field.annotation) if _is_union(field) else (field.annotation,)
    plain = typing.get_origin(parts[0]) or parts[0]
    limits = (
        wording.format(getattr(limit, name))
        for limit in field.metadata
        for name, wording in BOUNDS.items()
        if getattr(limit, name, None) is not None
    )
    return ", ".join([KINDS[plain], *limits])


def _is_union(field: FieldInfo) -> bool:
    return isinstance(field.annotation, UnionType)


def _default(value: object) -> str:
    match value:
        case None | ():
            return ""
        case bool():
            return f"`{value}`".lower()
        case tuple():
            return f"`{','.join(map(str, value))}`"
        case Path() if value.is_relative_to(settings.ROOT):
            return f"`{value.relative_to(settings.ROOT)}`"
    return f"`{value}`"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))
