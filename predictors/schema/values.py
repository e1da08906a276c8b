"""The value of an expression, where it can be known without running the model's code."""

import ast
import operator
from collections.abc import Callable, Sequence
from typing import Any

from predictors.schema.source import Code, SchemaError

LARGEST_EXPONENT = 64
ARITHMETIC: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Pow: operator.pow,
}
SIGNS: dict[type[ast.AST], Callable[[Any], Any]] = {ast.USub: operator.neg, ast.UAdd: operator.pos}


def evaluate(code: Code) -> Any:  # noqa: PLR0911  one return for each kind of syntax
    """The value; raises SchemaError for more than literals, names of them and arithmetic."""
    match code.node:
        case ast.Constant(value=value):
            return value
        case ast.Name():
            return evaluate(_behind(code))
        case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Set(elts=items):
            return [evaluate(code.at(item)) for item in items]
        case ast.Dict(values=values):
            return dict(zip(_keys(code), [evaluate(code.at(v)) for v in values], strict=True))
        case ast.Call(args=arguments, func=function):
            return _call(code, code.at(function), [code.at(argument) for argument in arguments])
        case ast.UnaryOp(op=sign, operand=operand):
            return _compute(code, SIGNS.get(type(sign)), [operand])
        case ast.BinOp(op=sign, left=left, right=right):
            return _compute(code, ARITHMETIC.get(type(sign)), [left, right])
    raise _unknown(code)


def _call(code: Code, function: Code, arguments: Sequence[Code]) -> Any:
    """`list(names)`, `sorted(names)`, `table.keys()` and `table.values()`."""
    match function.node, arguments:
        case ast.Attribute(value=owner, attr="keys"), []:
            return _keys(_behind(code.at(owner)))
        case ast.Attribute(value=owner, attr="values"), []:
            return list(evaluate(code.at(owner)).values())
        case ast.Name(id="list" | "tuple" | "sorted" as name), [argument]:
            behind = _behind(argument)
            items = _keys(behind) if isinstance(behind.node, ast.Dict) else evaluate(behind)
            return sorted(items) if name == "sorted" else list(items)
    raise _unknown(code)


def _keys(code: Code) -> list[Any]:
    """The keys of a dict whose values may be anything, classes too."""
    if not isinstance(code.node, ast.Dict):
        raise _unknown(code)
    return [evaluate(code.at(key or code.node)) for key in code.node.keys]


def _behind(code: Code) -> Code:
    """What a name stands for; anything else is itself."""
    if not isinstance(code.node, ast.Name):
        return code
    definition = code.definition()
    if definition is None:
        raise _unknown(code)
    return definition


def _compute(code: Code, operation: Callable[..., Any] | None, operands: Sequence[ast.expr]) -> Any:
    values = [evaluate(code.at(operand)) for operand in operands]
    are_numbers = all(isinstance(value, int | float) for value in values)
    is_small = operation is not operator.pow or abs(values[-1]) <= LARGEST_EXPONENT
    is_known = (are_numbers and is_small) or operation is operator.add
    if operation is None or not is_known:
        raise _unknown(code)
    try:
        return operation(*values)
    except (TypeError, ArithmeticError) as error:
        raise code.error(f"cannot be computed ({error}); write the value itself.") from error


def _unknown(code: Code) -> SchemaError:
    return code.error("is not known without running the code; write the value itself.")
