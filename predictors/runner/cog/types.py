"""The types of a predictor's inputs and outputs."""

from __future__ import annotations

import io
import pathlib
from collections.abc import AsyncIterator, Iterator
from typing import TypeVar

T = TypeVar("T")


class Path(type(pathlib.Path())):  # type: ignore[misc]  # before Python 3.12 only the concrete class can be extended
    """A file: as input one that was fetched, as output one to publish."""


class File(io.IOBase):
    """An open file, as models before Path took and gave them."""


class Secret:
    """A string that is not shown when it is printed."""

    def __init__(self, value: str) -> None:
        self._value = value

    def get_secret_value(self) -> str:
        """The string itself."""
        return self._value

    def __str__(self) -> str:
        return "**********" if self._value else ""

    def __repr__(self) -> str:
        return f"Secret('{self}')"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash(self._value)


class ConcatenateIterator(Iterator[T]):
    """Pieces of text that join into one."""


class AsyncConcatenateIterator(AsyncIterator[T]):
    """Pieces of text that join into one, made by asynchronous code."""


class Opaque:
    """Marks `Annotated[T, Opaque]`: an object that nobody looks into."""
