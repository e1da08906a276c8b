"""The arguments of a prediction, made from a request's input by the signature."""

from __future__ import annotations

import copy
import inspect
import types
import typing
from typing import TYPE_CHECKING, Any

from ..input import MISSING, FieldInfo
from ..types import File, Path, Secret

if TYPE_CHECKING:
    from collections.abc import Callable


class Inputs:
    """What a predictor's function takes."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._parameters = inspect.signature(function).parameters
        self._hints = _hints(function)

    def arguments(self, values: dict[str, Any], files: frozenset[str]) -> dict[str, Any]:
        """The keyword arguments; unknown values are left out, `files` are those the worker gave."""
        return {
            name: self._given(name, values[name], files) if name in values else self._default(name)
            for name in self._parameters
        }

    def _given(self, name: str, value: Any, files: frozenset[str]) -> Any:
        kind = _kind(self._hints.get(name))
        if kind is Secret and isinstance(value, str):
            return Secret(value)
        if kind not in {Path, File} or value is None:
            return value
        if isinstance(value, list):
            return [_file(name, kind, item, files) for item in value]
        return _file(name, kind, value, files)

    def _default(self, name: str) -> Any:
        default = self._parameters[name].default
        if isinstance(default, FieldInfo):
            default = default.default
        if default is MISSING or default is inspect.Parameter.empty:
            return self._nothing(name)
        return _convert(_kind(self._hints.get(name)), copy.deepcopy(default))

    def _nothing(self, name: str) -> None:
        if type(None) not in typing.get_args(self._hints.get(name)):
            raise ValueError(f"Input validation error: {name}: Field required")


def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    try:
        return typing.get_type_hints(function)
    except NameError:  # imported for type checkers alone
        return dict(inspect.get_annotations(function))


def _kind(hint: Any) -> Any:
    """The class that decides how a value is handed over: of `Optional[list[Path]]` it is Path."""
    arguments = [part for part in typing.get_args(hint) if part is not type(None)]
    is_wrapped = typing.get_origin(hint) in {typing.Union, types.UnionType, list}
    if is_wrapped and len(arguments) == 1:
        return _kind(arguments[0])
    return Path if _is_path(hint) else hint


def _is_path(hint: Any) -> bool:
    return isinstance(hint, type) and hasattr(hint, "__fspath__")


def _file(name: str, kind: Any, value: Any, files: frozenset[str]) -> Any:
    """A file that the worker put there; a path that a client made up is none."""
    if value not in files:
        raise ValueError(f"Input validation error: {name}: {str(value)[:100]!r} is no fetched file")
    return _convert(kind, value)


def _convert(kind: Any, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if kind is Path:
        return Path(value)
    if kind is Secret:
        return Secret(value)
    return Path(value).open("rb") if kind is File else value
