"""The page of routes, from the OpenAPI document."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from app import create_app
from pages.tables import table

API = """\
# API

The official clients speak this API when their base URL is Hearth's. `GET /openapi.json` describes
it for machines, with every field of every body; this page is made from it.

Every route under `/v1` wants a token: `Authorization: Bearer hth_…`, or `Token` in place of
`Bearer`. Problems are `application/problem+json` with `detail`, `status` and mostly a `title`. Any
route may answer 500, with a `detail` that names no cause. Every answer carries `X-Request-Id`,
which stands in the log too.
"""


def page() -> Iterator[str]:
    """Every route, what it may be told, and what it answers."""
    document = create_app().test_client().get("/openapi.json").get_json()
    operations = sorted(_operations(document), key=lambda each: (each[1], each[0]))
    routes = ((f"`{verb} {path}`", it["summary"], _answers(it)) for verb, path, it in operations)
    yield API
    yield "## Routes\n"
    yield table(("route", "what it does", "answers"), routes)
    yield "## What a request may say\n"
    yield table(("where", "name", "meaning"), _parameters(document, operations))
    yield "## What comes back\n"
    yield from _objects(document["components"]["schemas"])


def _operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for path, verbs in document["paths"].items():
        for verb, operation in verbs.items():
            yield verb.upper(), path, operation


def _answers(operation: Mapping[str, Any]) -> str:
    return ", ".join(sorted(status for status in operation["responses"] if status != "500"))


def _parameters(document: Mapping[str, Any], operations: Iterable[Any]) -> list[tuple[str, ...]]:
    """Headers, queries and bodies of all routes, each once."""
    found: dict[tuple[str, ...], None] = {}
    for _, path, operation in operations:
        for one in operation.get("parameters", ()):
            if one["in"] != "path":
                where = "header" if one["in"] == "header" else f"query of `{path}`"
                found[where, f"`{one['name']}`", _meaning(one["schema"])] = None
    asked = document["components"]["schemas"]["PredictionBody"]
    for name, rule in asked["properties"].items():
        found["body", f"`{name}`", _meaning(rule)] = None
    return list(found)


def _meaning(rule: Mapping[str, Any]) -> str:
    """What is said of a field, and its type where nothing is."""
    said: str = rule.get("description", "")
    old = "Deprecated. " if rule.get("deprecated") else ""
    return old + (said or _type(rule))


def _objects(shapes: Mapping[str, Any]) -> Iterator[str]:
    """What replies are made of; what is asked stands in the table before."""
    for name, shape in sorted(shapes.items()):
        if name.endswith(("Body", "Query", "Headers", "Page")):
            continue
        yield f"### {name}\n\n{shape.get('description', '')}\n"
        if "properties" in shape:
            fields = ((f"`{key}`", _type(rule)) for key, rule in shape["properties"].items())
            yield table(("field", "type"), fields)
        else:
            yield f"One of {_type(shape)}.\n"


def _type(rule: Mapping[str, Any]) -> str:
    match rule:
        case {"anyOf": choices}:
            found = " or ".join(map(_type, choices))
        case {"$ref": ref}:
            found = str(ref).rpartition("/")[2]
        case {"enum": values}:
            found = ", ".join(f"`{value}`" for value in values)
        case {"type": "array", "items": items}:
            found = f"list of {_type(items)}"
        case _:
            found = str(rule.get("format") or rule.get("type", "any"))
    return found
