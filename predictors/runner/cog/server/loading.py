"""Finds a predictor in a model's folder, and loads it."""

from __future__ import annotations

import functools
import importlib.util
import inspect
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..predictor import BasePredictor, BaseRunner

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

CLASSES = ("Runner", "Predictor")
METHODS = ("run", "predict")
FRAMEWORK = (BasePredictor, BaseRunner, object)


def load(reference: str) -> Any:
    """Import `file.py:Name`; the function named, or an instance of the class."""
    file, _, name = reference.partition(":")
    module = _import(Path(file))
    name = name or next((known for known in CLASSES if hasattr(module, known)), CLASSES[-1])
    found = getattr(module, name, None)
    if found is None:
        raise ImportError(f"{file} has no {name}; name the predictor in cog.yaml.")
    return found() if inspect.isclass(found) else found


def concurrency() -> int:
    """How many predictions are run at once; told by the worker as Cog is told."""
    return int(os.environ.get("COG_MAX_CONCURRENCY", "1"))  # noqa: TID251  Cog's own variable


def prediction_function(predictor: Any, concurrency: int = 1) -> Callable[..., Any]:
    """What is called for each prediction: the function itself, else `run` or `predict`."""
    function = predictor if inspect.isfunction(predictor) else _method(predictor)
    is_async = inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function)
    if concurrency > 1 and not is_async:
        raise TypeError(f"{function.__name__} must be async def to run {concurrency} at once.")
    return function


def _method(predictor: Any) -> Callable[..., Any]:
    names = [name for name in METHODS if _defines(type(predictor), name)]
    if len(names) != 1:
        raise TypeError(f"{type(predictor).__name__} must define exactly one of run and predict.")
    function: Callable[..., Any] = getattr(predictor, names[0])
    return function


def setup_function(predictor: Any) -> Callable[[], Any]:
    """What loads the model; given the weights where it asks for them."""
    setup = getattr(predictor, "setup", None)
    if setup is None:
        return type(None)
    if "weights" not in inspect.signature(setup).parameters:
        return functools.partial(setup)
    weights = os.environ.get("COG_WEIGHTS")  # noqa: TID251  Cog's own variable
    return functools.partial(setup, weights)


def _defines(cls: type, name: str) -> bool:
    return any(name in vars(parent) for parent in cls.__mro__ if parent not in FRAMEWORK)


def _import(file: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(file.stem, file.absolute())
    if spec is None or spec.loader is None:
        raise ImportError(f"{file} is no Python file.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[file.stem] = module
    spec.loader.exec_module(module)
    return module
