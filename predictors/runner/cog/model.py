"""Structured outputs."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import json
import typing
from typing import Any, ClassVar

from . import encoding

Fields = dict[str, Any]


class BaseModel:
    """A record with named fields; declaring a subclass makes it a keyword-only dataclass."""

    if typing.TYPE_CHECKING:
        __dataclass_fields__: ClassVar[dict[str, dataclasses.Field[Any]]]

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        for name, annotation in inspect.get_annotations(cls).items():
            _give_default(cls, name, annotation)
        dataclasses.dataclass(kw_only=True)(cls)

    def model_dump(self) -> Fields:
        """The fields by name."""
        return dataclasses.asdict(self)

    dict = model_dump

    def json(self) -> str:
        """The fields as JSON text."""
        return json.dumps(encoding.encode(self))


def _give_default(cls: type, name: str, annotation: Any) -> None:
    """Let optional fields be left out, and lists and dicts be defaults, as pydantic did."""
    default = cls.__dict__.get(name, dataclasses.MISSING)
    if default is dataclasses.MISSING and _is_optional(annotation):
        setattr(cls, name, None)
    elif isinstance(default, (list, dict, set)):
        setattr(cls, name, dataclasses.field(default_factory=lambda: copy.deepcopy(default)))


def _is_optional(annotation: Any) -> bool:
    if isinstance(annotation, str):
        return "Optional[" in annotation or "None" in annotation
    return type(None) in typing.get_args(annotation)
