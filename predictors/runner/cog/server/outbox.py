"""A prediction's files on their way out: copied at once, since the model may change its own."""

from __future__ import annotations

import contextlib
import itertools
import os
from typing import TYPE_CHECKING, Any

from ..encoding import encode, text

if TYPE_CHECKING:
    from collections.abc import Iterator

PIECE = 1024 * 1024
UNNAMED = "file"
TOO_LARGE = "The files of a prediction's output may have {most} bytes together; these have more."


class Copy(str):
    """Stands for a file in an output: what its copy is called, and what the model called it."""

    __slots__ = ("name",)
    name: str


class Outbox:
    """The folder in which a worker takes over the files of one prediction."""

    def __init__(self, folder: str, prediction_id: str, most_bytes: int) -> None:
        self._prefix = os.path.join(folder, prediction_id)  # noqa: PTH118  strings are quicker
        self._most_bytes = self._bytes_left = most_bytes
        self._numbers = itertools.count()
        self._has_copied = False

    def encode(self, value: Any) -> tuple[Any, list[dict[str, Any]]]:
        """The value in JSON's types, and which of its strings stand for a file."""
        self._has_copied = False
        encoded = encode(value, self._copy)
        return encoded, list(_copies(encoded)) if self._has_copied else []

    def _copy(self, file: Any) -> Copy:
        self._has_copied = True
        path = f"{self._prefix}.{next(self._numbers)}"
        with _opened(file) as content, open(path, "xb") as out:  # noqa: PTH123  as above
            while piece := content.read(PIECE):
                raw = piece.encode() if isinstance(piece, str) else piece
                self._bytes_left -= len(raw)
                if self._bytes_left < 0:
                    raise ValueError(TOO_LARGE.format(most=self._most_bytes))
                out.write(raw)
        copy = Copy(os.path.basename(path))  # noqa: PTH119  as above
        copy.name = _name(file)
        return copy


def _opened(file: Any) -> contextlib.AbstractContextManager[Any]:
    """The file from its beginning; one that the model has opened stays open."""
    if isinstance(file, os.PathLike):
        return open(file, "rb")  # noqa: PTH123  whatever has a path
    if file.seekable():
        file.seek(0)
    return contextlib.nullcontext(file)


def _name(file: Any) -> str:
    path = os.fspath(file) if isinstance(file, os.PathLike) else getattr(file, "name", None)
    return text(os.path.basename(path)) if isinstance(path, str) else UNNAMED  # noqa: PTH119


def _copies(value: Any, at: tuple[str | int, ...] = ()) -> Iterator[dict[str, Any]]:
    """Where in the value the copies stand."""
    if isinstance(value, Copy):
        yield {"at": at, "copy": value, "name": value.name}
    elif isinstance(value, (dict, list)):
        steps: Any = value.items() if isinstance(value, dict) else enumerate(value)
        for step, item in steps:
            yield from _copies(item, (*at, step))
