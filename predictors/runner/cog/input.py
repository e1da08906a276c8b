"""What a model says about one of its inputs."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

MISSING: Any = object()


@dataclass(frozen=True)
class FieldInfo:
    """Description and constraints of one input; knows a default of None from no default."""

    default: Any = MISSING
    _: KW_ONLY
    description: str | None = None
    ge: float | None = None
    le: float | None = None
    min_length: int | None = None
    max_length: int | None = None
    regex: str | None = None
    choices: Iterable[str | int] | None = None
    deprecated: bool | None = None
    accept: str | None = None


def Input(default: Any = MISSING, **about: Any) -> Any:  # noqa: N802  Cog's spelling
    """Describe an input; stands as its default value in the signature."""
    return FieldInfo(default, **about)
