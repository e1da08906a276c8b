"""JSON objects as clients send them: standard JSON in UTF-8, no key twice, not too deep."""

import json
import math
from typing import Any

from app.errors import BadRequest

DEEPEST = 64


def read(text: bytes, what: str) -> dict[str, Any]:
    """The object that a text is; raises BadRequest, which says what the text was meant to be."""
    try:
        content = json.loads(
            text.decode(),
            object_pairs_hook=_object,
            parse_constant=_refuse,
            parse_float=_finite,
        )
    except (ValueError, RecursionError) as error:
        raise BadRequest(f"{what} is not valid JSON: {error}") from error
    if not isinstance(content, dict):
        raise BadRequest(f"{what} must be a JSON object.")
    if _is_deeper(content, DEEPEST):
        raise BadRequest(f"{what} is nested deeper than {DEEPEST} levels.")
    return content


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) < len(pairs):
        raise ValueError("a key is given twice")
    return content


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is too large a number")
    return number


def _is_deeper(content: dict[str, Any], levels: int) -> bool:
    """Whether objects and arrays stand inside each other more than so many times."""
    level: list[Any] = [content]
    while level and levels:
        inner = (value.values() if isinstance(value, dict) else value for value in level)
        level = [each for values in inner for each in values if isinstance(each, dict | list)]
        levels -= 1
    return bool(level)
