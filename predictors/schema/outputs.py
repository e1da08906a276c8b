"""The return type of a signature, as JSON Schema."""

import ast
from typing import Any

from predictors.schema import kinds
from predictors.schema.source import Code

ITERATORS = frozenset({"AsyncGenerator", "AsyncIterator", "Generator", "Iterable", "Iterator"})
CONCATENATED = frozenset({"AsyncConcatenateIterator", "ConcatenateIterator"})
ITERATOR = {"x-cog-array-type": "iterator"}
CONCATENATE = {"x-cog-array-display": "concatenate"}


def schema(code: Code) -> dict[str, Any]:
    """What the predictor gives."""
    return {"title": "Output", **_schema(code)}


def _schema(code: Code) -> dict[str, Any]:
    base, item = _split(code)
    if base in CONCATENATED:
        if item and kinds.parse(item).name != "str":
            raise code.error(f"{base} joins strings; write {base}[str].")
        return {"type": "array", "items": {"type": "string"}} | ITERATOR | CONCATENATE
    if base in ITERATORS:
        return {"type": "array", "items": _whole(item) if item else {}} | ITERATOR
    return _whole(code)


def _split(code: Code) -> tuple[str | None, Code | None]:
    """`Iterator` and `str` of Iterator[str]; of Generator[str, None, None] too."""
    if not isinstance(code.node, ast.Subscript):
        return code.name, None
    inside = code.node.slice
    first = inside.elts[0] if isinstance(inside, ast.Tuple) else inside
    return code.at(code.node.value).name, code.at(first)


def _whole(code: Code) -> dict[str, Any]:
    kind = kinds.parse(code)
    if kind.is_nullable or kind.is_union:
        raise code.error("a predictor returns one type; name it without None or alternatives.")
    return {**kind.schema, "enum": list(kind.choices)} if kind.choices else kind.schema
