"""A model's values as JSON knows them."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import io
import math
import os
from collections.abc import Callable, Iterator, Mapping
from typing import Any

ForFile = Callable[[Any], str]


def encode(value: Any, file: ForFile = os.fspath) -> Any:
    """The value in JSON's types, all the way down; `file` gives what stands for a file."""
    if value is None or type(value) in {bool, int}:
        return value
    for types, encoder in ENCODERS:
        if isinstance(value, types):
            return encoder(value, file)
    return encode(_plain(value), file)


def text(value: str) -> str:
    """The text without the halves of characters that UTF-8 has no bytes for."""
    return value if value.isascii() else value.encode("utf-8", "replace").decode()


def _encode_float(value: float, _: ForFile) -> float:
    if not math.isfinite(value):
        raise ValueError(f"The output holds {value}, which JSON cannot carry.")
    return float(value)


def _encode_mapping(value: Mapping[Any, Any], file: ForFile) -> dict[str, Any]:
    return {text(str(key)): encode(item, file) for key, item in value.items()}


def _encode_items(value: Any, file: ForFile) -> list[Any]:
    return [encode(item, file) for item in value]


def _refuse_bytes(*_: Any) -> Any:
    raise TypeError("The output holds bytes, which JSON cannot carry; return a Path or a string.")


def _plain(value: Any) -> Any:
    """Pydantic's models, data classes, and numpy's and torch's numbers, known by their shape."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
    for method in ("model_dump", "dict", "tolist"):
        if not isinstance(value, type) and callable(getattr(value, method, None)):
            return getattr(value, method)()
    raise TypeError(f"The output holds a {type(value).__name__}, which JSON cannot carry.")


ENCODERS: tuple[tuple[Any, Any], ...] = (
    (enum.Enum, lambda value, file: encode(value.value, file)),
    (str, lambda value, _: text(value)),
    (int, lambda value, _: int(value)),
    (float, _encode_float),
    (Mapping, _encode_mapping),
    ((dt.datetime, dt.date, dt.time), lambda value, _: value.isoformat()),
    ((os.PathLike, io.IOBase), lambda value, file: file(value)),
    ((bytes, bytearray, memoryview), _refuse_bytes),
    ((list, tuple, set, frozenset, Iterator), _encode_items),
)
