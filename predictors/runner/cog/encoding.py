"""A model's values as JSON knows them."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import functools
import io
import math
import os
from collections.abc import Callable, Iterator, Mapping
from typing import Any

FILES = (os.PathLike, io.IOBase)
ITEMS = (list, tuple, set, frozenset, Iterator)


def encode(value: Any, file: Callable[[Any], str] = os.fspath) -> Any:
    """The value in JSON's types, all the way down; `file` gives what stands for a file."""
    if value is None or type(value) in {bool, int}:
        return value
    if isinstance(value, enum.Enum):
        return encode(value.value, file)
    for types, encoder in ENCODERS:
        if isinstance(value, types):
            return encoder(value)
    if isinstance(value, FILES):
        return file(value)
    inner = functools.partial(encode, file=file)
    if isinstance(value, Mapping):
        return {text(str(key)): inner(item) for key, item in value.items()}
    return [inner(item) for item in value] if isinstance(value, ITEMS) else inner(_plain(value))


def text(value: str) -> str:
    """The text without the halves of characters that UTF-8 has no bytes for."""
    return value if value.isascii() else value.encode("utf-8", "replace").decode()


def _encode_float(value: float) -> float:
    if not math.isfinite(value):
        raise ValueError(f"The output holds {value}, which JSON cannot carry.")
    return float(value)


def _refuse_bytes(_: Any) -> Any:
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
    (str, text),
    (int, int),
    (float, _encode_float),
    ((dt.datetime, dt.date, dt.time), lambda value: value.isoformat()),
    ((bytes, bytearray, memoryview), _refuse_bytes),
)
