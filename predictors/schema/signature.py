"""Finds the function that is called for a prediction, and reads its signature."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from predictors.schema import inputs
from predictors.schema.inputs import Parameter
from predictors.schema.source import Code, Folder, Module, SchemaError

CLASSES = ("Runner", "Predictor")
METHODS = ("run", "predict")
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Signature:
    """What a predictor takes, and the annotation of what it gives."""

    parameters: tuple[Parameter, ...]
    returns: Code


def read(folder: Path, entry_point: str) -> Signature:
    """The signature behind `file.py:Name`."""
    file, _, name = entry_point.partition(":")
    found = _find(Folder(folder).module(folder / file), name)
    if isinstance(found.node, ast.ClassDef):
        return _signature(_method(found), is_method=True)
    return _signature(found, is_method=False)


def _find(module: Module, name: str) -> Code:
    for candidate in [name] if name else CLASSES:
        found = module.find(candidate)
        if found and isinstance(found.node, ast.ClassDef | Function):
            return found
    wanted = name or " or ".join(CLASSES)
    raise SchemaError(f"{module.path}: has no class or function {wanted}; correct cog.yaml.")


def _method(code: Code) -> Code:
    """The one of `run` and `predict` that the class or a parent in the folder defines."""
    found = {name: method for name, method in _methods(code) if name in METHODS}
    if len(found) != 1:
        raise code.error("the class must define exactly one of run and predict.")
    return found.popitem()[1]


def _methods(code: Code) -> Iterator[tuple[str, Code]]:
    """Every method with its name, the nearest last."""
    if not isinstance(code.node, ast.ClassDef):
        return
    for base in reversed(code.node.bases):
        parent = code.at(base).definition()
        if parent:
            yield from _methods(parent)
    for statement in code.node.body:
        if isinstance(statement, Function):
            yield statement.name, code.at(statement)


def _signature(code: Code, *, is_method: bool) -> Signature:
    function = code.node
    if not isinstance(function, Function):
        raise code.error("is no function; define one.")
    if function.returns is None or _is_none(function.returns):
        raise code.error("has no return type; annotate what the prediction's output is.")
    _refuse_odd(code, function.args)
    arguments = function.args.args[is_method:]
    missing: list[ast.expr | None] = [None] * (len(arguments) - len(function.args.defaults))
    pairs = zip(arguments, [*missing, *function.args.defaults], strict=True)
    parameters = (_parameter(code, *pair, order) for order, pair in enumerate(pairs))
    return Signature(tuple(parameters), code.at(function.returns))


def _parameter(code: Code, argument: ast.arg, default: ast.expr | None, order: int) -> Parameter:
    if argument.annotation is None:
        raise code.at(argument).error(f"{argument.arg} has no type; annotate it.")
    annotation = code.at(argument.annotation)
    return inputs.read(argument.arg, order, annotation, code.at(default) if default else None)


def _refuse_odd(code: Code, arguments: ast.arguments) -> None:
    odd = [arguments.vararg, arguments.kwarg, *arguments.kwonlyargs, *arguments.posonlyargs]
    for argument in filter(None, odd):
        problem = f"{argument.arg} is no plain parameter; name each input once, without *, ** or /."
        raise code.at(argument).error(problem)


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None
