"""What an annotation means in JSON."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from predictors.schema import values
from predictors.schema.source import Code

URI = {"type": "string", "format": "uri"}
SECRET = {"type": "string", "format": "password", "writeOnly": True, "x-cog-secret": True}
OBJECT = {"type": "object"}
SIMPLE: dict[str, tuple[str, dict[str, Any]]] = {
    "str": ("str", {"type": "string"}),
    "int": ("int", {"type": "integer"}),
    "float": ("float", {"type": "number"}),
    "bool": ("bool", {"type": "boolean"}),
    "Path": ("Path", URI),
    "PosixPath": ("Path", URI),
    "PathLike": ("Path", URI),
    "File": ("File", URI),
    "Secret": ("Secret", SECRET),
    "Any": ("object", OBJECT),
    "dict": ("object", OBJECT),
    "Dict": ("object", OBJECT),
    "list": ("list", {"type": "array", "items": {}}),
    "List": ("list", {"type": "array", "items": {}}),
}
LISTS = frozenset({"list", "List"})
DICTS = frozenset({"dict", "Dict", "Mapping"})
NATIVE = frozenset({"str", "int", "float", "bool", "object", "list"})
REMEDY = "use str, int, float, bool, Path, Secret, dict, list[...] or Optional[...]."


@dataclass(frozen=True)
class Kind:
    """A type as we name it, and its JSON Schema."""

    name: str
    schema: dict[str, Any]
    is_nullable: bool = False
    is_union: bool = False
    choices: tuple[Any, ...] = field(default=())


def parse(code: Code, outer: frozenset[ast.AST] = frozenset()) -> Kind:
    """The kind that an annotation stands for; `outer` are the records it is a field of."""
    match code.node:
        case ast.Constant(value=str(text)):
            return parse(code.at(_quoted(code, text)), outer)
        case ast.BinOp(op=ast.BitOr()):
            return _union(code, list(_alternatives(code)), outer)
        case ast.Subscript(value=base, slice=inside):
            parts = inside.elts if isinstance(inside, ast.Tuple) else [inside]
            return _generic(code.at(base), [code.at(part) for part in parts], outer)
        case ast.Name() | ast.Attribute():
            return _named(code, outer)
    raise code.error(f"is no type for a value; {REMEDY}")


def _named(code: Code, outer: frozenset[ast.AST]) -> Kind:
    definition = code.definition()
    if definition is None and code.name in SIMPLE:
        return Kind(*SIMPLE[code.name])
    if definition is None:
        raise code.error(f"{code.name} is not known here; {REMEDY}")
    if isinstance(definition.node, ast.ClassDef):
        return _record(definition, outer)
    return parse(definition, outer)


def _generic(base: Code, parts: list[Code], outer: frozenset[ast.AST]) -> Kind:
    """What `base[parts]` stands for."""
    if base.name in {"Optional", "Union"}:
        nothing = [base.at(ast.Constant(None))] * (base.name == "Optional")
        return _union(base, [*parts, *nothing], outer)
    if base.name in LISTS:
        return Kind("list", {"type": "array", "items": parse(parts[0], outer).schema})
    if base.name in DICTS:
        return Kind("object", OBJECT | {"additionalProperties": parse(parts[-1], outer).schema})
    if base.name == "Annotated":
        is_opaque = any(part.name == "Opaque" for part in parts[1:])
        return Kind("object", OBJECT) if is_opaque else parse(parts[0], outer)
    if base.name == "Literal":
        return _literal(base, [values.evaluate(part) for part in parts])
    raise base.error(f"{base.name}[...] is no type for a value; {REMEDY}")


def _union(code: Code, alternatives: list[Code], outer: frozenset[ast.AST]) -> Kind:
    kinds = [parse(each, outer) for each in alternatives if not _is_none(each)]
    is_nullable = len(kinds) < len(alternatives)
    if len(kinds) == 1:
        return replace(kinds[0], is_nullable=is_nullable or kinds[0].is_nullable)
    if not all(kind.name in NATIVE for kind in kinds):
        raise code.error("a union may not hold Path, File or Secret; choose one type.")
    schema = {"anyOf": [kind.schema for kind in kinds]}
    return Kind("union", schema, is_nullable=is_nullable, is_union=True)


def _literal(code: Code, choices: list[Any]) -> Kind:
    names = {type(choice).__name__ for choice in choices}
    if names not in ({"str"}, {"int"}):
        raise code.error("Literal must hold strings or whole numbers alone; make them alike.")
    return replace(Kind(*SIMPLE[names.pop()]), choices=tuple(choices))


def _record(code: Code, outer: frozenset[ast.AST]) -> Kind:
    """A class with named fields; one inside itself is left as any object."""
    if code.node in outer:
        return Kind("object", OBJECT)
    properties: dict[str, Any] = {}
    required: list[str] = []
    for name, annotation, default in _fields(code):
        kind = parse(annotation, outer | {code.node})
        properties[name] = {"title": title(name), **kind.schema, **_extras(kind, default)}
        if default is None and not kind.is_nullable:
            required.append(name)
    needed = {"required": required} if required else {}
    return Kind("object", OBJECT | {"properties": properties} | needed)


def title(name: str) -> str:
    """How a name is shown in a form."""
    return name.replace("_", " ").title()


def _fields(code: Code) -> Iterator[tuple[str, Code, Code | None]]:
    """Name, annotation and default of each field, the inherited ones first."""
    node = code.node
    if not isinstance(node, ast.ClassDef) or not (node.bases or node.decorator_list):
        raise code.error("the class has no known fields; derive it from cog.BaseModel.")
    for base in node.bases:
        inherited = code.at(base).definition()
        if inherited:
            yield from _fields(inherited)
    for statement in node.body:
        match statement:
            case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation, value=value):
                yield name, code.at(annotation), code.at(value) if value else None


def _extras(kind: Kind, default: Code | None) -> dict[str, Any]:
    extras: dict[str, Any] = {"nullable": True} if kind.is_nullable else {}
    if kind.choices:
        extras["enum"] = list(kind.choices)
    if default is None or isinstance(default.node, ast.Call):  # as Field(...): known at run time
        return extras
    return extras | {"default": values.evaluate(default)}


def _quoted(code: Code, text: str) -> ast.expr:
    try:
        quoted = ast.parse(text, mode="eval").body
    except SyntaxError as error:
        raise code.error(f"{text!r} is no type for a value; {REMEDY}") from error
    for node in ast.walk(quoted):
        ast.copy_location(node, code.node)
    return quoted


def _alternatives(code: Code) -> Iterator[Code]:
    if isinstance(code.node, ast.BinOp):
        yield from _alternatives(code.at(code.node.left))
        yield from _alternatives(code.at(code.node.right))
    else:
        yield code


def _is_none(code: Code) -> bool:
    return isinstance(code.node, ast.Constant) and code.node.value is None
