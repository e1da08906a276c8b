"""A model's values as JSON knows them."""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt
import enum
import io
import math
import mimetypes
import os
import pathlib
from collections.abc import Iterator, Mapping
from typing import Any


def encode(value: Any) -> Any:
    """The value in JSON's types, all the way down; files become data URLs."""
    if value is None or type(value) in {bool, int}:
        return value
    for types, encoder in ENCODERS:
        if isinstance(value, types):
            return encoder(value)
    return _encode_object(value)


def text(value: str) -> str:
    """The text without the halves of characters that UTF-8 has no bytes for."""
    return value if value.isascii() else value.encode("utf-8", "replace").decode()


def _encode_float(value: float) -> float:
    if not math.isfinite(value):
        raise ValueError(f"The output holds {value}, which JSON cannot carry.")
    return float(value)


def _encode_mapping(value: Mapping[Any, Any]) -> dict[str, Any]:
    return {text(str(key)): encode(item) for key, item in value.items()}


def _encode_items(value: Any) -> list[Any]:
    return [encode(item) for item in value]


def _encode_path(value: os.PathLike[str]) -> str:
    path = pathlib.Path(value)
    return _data_url(path.read_bytes(), path.name)


def _encode_file(value: io.IOBase) -> str:
    if value.seekable():
        value.seek(0)
    content = value.read()
    raw = content.encode() if isinstance(content, str) else content
    return _data_url(raw, str(getattr(value, "name", "")))


def _data_url(raw: bytes, name: str) -> str:
    mime = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return f"data:{mime};base64,{base64.b64encode(raw).decode()}"


def _encode_bytes(_: Any) -> Any:
    raise TypeError("The output holds bytes, which JSON cannot carry; return a Path or a string.")


def _encode_object(value: Any) -> Any:
    """Pydantic's models, data classes, and numpy's and torch's numbers, known by their shape."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: encode(getattr(value, f.name)) for f in dataclasses.fields(value)}
    for method in ("model_dump", "dict", "tolist"):
        if not isinstance(value, type) and callable(getattr(value, method, None)):
            return encode(getattr(value, method)())
    raise TypeError(f"The output holds a {type(value).__name__}, which JSON cannot carry.")


ENCODERS: tuple[tuple[Any, Any], ...] = (
    (enum.Enum, lambda value: encode(value.value)),
    (str, text),
    (int, int),
    (float, _encode_float),
    (Mapping, _encode_mapping),
    ((dt.datetime, dt.date, dt.time), lambda value: value.isoformat()),
    (os.PathLike, _encode_path),
    (io.IOBase, _encode_file),
    ((bytes, bytearray, memoryview), _encode_bytes),
    ((list, tuple, set, frozenset, Iterator), _encode_items),
)
