"""What a predictor may derive from, and the marks it may wear."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from .scope import Scope, current_scope, record_metric

if TYPE_CHECKING:
    from .types import Path

Function = TypeVar("Function", bound=Callable[..., Any])


class BaseRunner:
    """A class whose instance holds a loaded model."""

    def setup(self, weights: Path | str | None = None) -> None:
        """Load the model; called once, before the first prediction."""

    def record_metric(self, key: str, value: Any, mode: str = "replace") -> None:
        """Report a number, a text or a structure with the running prediction."""
        record_metric(key, value, mode)

    @property
    def scope(self) -> Scope:
        """What belongs to the running prediction."""
        return current_scope()


class BasePredictor(BaseRunner):
    """The older name of BaseRunner."""


def streaming(function: Any = None) -> Any:
    """Mark a function as one whose output is streamed; every output is."""
    return function if function is not None else streaming


def concurrent(*, max: int) -> Callable[[Function], Function]:  # noqa: A002  Cog's spelling
    """Say how many predictions an asynchronous function can run at once."""
    if type(max) is not int or max < 1:
        raise ValueError("@concurrent(max=...) needs a whole number of at least 1.")

    def mark(function: Function) -> Function:
        if max > 1 and not _is_async(function):
            raise TypeError("@concurrent with max above 1 needs an async function.")
        vars(function)["__cog_concurrent_max__"] = max
        return function

    return mark


def _is_async(function: Callable[..., Any]) -> bool:
    return inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function)
