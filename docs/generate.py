"""Writes the pages of docs/reference from the code: settings, routes and commands."""  # noqa: INP001

import argparse
import dataclasses
import inspect
import typing
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import UnionType
from typing import Any

import click
from pydantic import SecretStr
from pydantic.fields import FieldInfo

from app import create_app
from config import environment, settings
from tasks import cli

REFERENCE = Path(__file__).parent / "reference"
NOTICE = "<!-- Written by `make docs` from {source}; edit that instead. -->"
WIDTH = 80

KINDS: dict[Any, str] = {
    bool: "true or false",
    float: "number",
    int: "whole number",
    Path: "path",
    SecretStr: "secret text",
    str: "text",
    tuple: "list, comma-separated",
}
BOUNDS = {"gt": "above {}", "ge": "at least {}", "le": "at most {}", "pattern": "`{}`"}

SETTINGS = """\
# Settings

Every setting is an environment variable. Defaults suit a laptop. A value that is not right stops
the start with a sentence that names the variable. Durations are seconds.
"""
INHERITED = """\
## What a model's process inherits

The process that runs a model gets none of the variables above. It gets the `environment` of its
`cog.yaml` and of its catalogue entry, `COG_WEIGHTS` where the catalogue names weights, and of the
worker's own environment only these: {names}, and all that begin with {prefixes}.
Unless they are given, {defaults}.
"""
API = """\
# API

The official clients speak this API when their base URL is Hearth's. `GET /openapi.json` describes
it for machines, with every field of every body; this page is made from it.

Every route under `/v1` wants a token: `Authorization: Bearer hth_…`, or `Token` in place of
`Bearer`. Problems are `application/problem+json` with `detail`, `status` and mostly a `title`. Any
route may answer 500, with a `detail` that names no cause. Every answer carries `X-Request-Id`,
which stands in the log too.
"""
CLI = """\
# Command line

`hearth` is installed into `.venv/bin`. Settings come from the environment: see
[settings.md](settings.md).
"""


def main() -> None:
    """Write every page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=REFERENCE, help="where to")
    folder: Path = parser.parse_args().folder
    for name, text in pages().items():
        (folder / name).write_text(text)


def pages() -> dict[str, str]:
    """Every generated page, by its file's name."""
    return {
        "settings.md": _page("config/settings.py", _settings()),
        "api.md": _page("the routes of app/api", _api()),
        "cli.md": _page("the commands of tasks/cli", _cli()),
    }


def _page(source: str, parts: Iterable[str]) -> str:
    return "\n".join([NOTICE.format(source=source), *parts])


def _table(head: tuple[str, ...], lines: Iterable[tuple[str, ...]]) -> str:
    every = [head, tuple("---" for _ in head), *lines]
    return "".join(f"| {' | '.join(map(_cell, line))} |\n" for line in every)


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def _settings() -> Iterator[str]:
    yield SETTINGS
    for section in dataclasses.fields(settings.Settings):
        shape: type[settings.Section] = section.default_factory  # type: ignore[assignment]
        yield f"## {_sentence(shape)}\n"
        lines = (_setting(name, field) for name, field in shape.model_fields.items())
        yield _table(("variable", "kind", "default", "meaning"), lines)
    yield INHERITED.format(
        names=_listed(environment.NAMES),
        prefixes=_listed(environment.PREFIXES),
        defaults=_listed(f"{name}={value}" for name, value in environment.DEFAULTS.items()),
    )


def _sentence(shape: type) -> str:
    return (shape.__doc__ or "").rstrip(".")


def _setting(name: str, field: FieldInfo) -> tuple[str, ...]:
    meaning = field.description or ""
    return f"`HEARTH_{name.upper()}`", _kind(field), _default(field.default), meaning


def _kind(field: FieldInfo) -> str:
    """What may be given: `whole number, at least 1, at most 65535`."""
    parts = typing.get_args(field.annotation) if _is_union(field) else (field.annotation,)
    plain = typing.get_origin(parts[0]) or parts[0]
    limits = (
        wording.format(getattr(limit, name))
        for limit in field.metadata
        for name, wording in BOUNDS.items()
        if getattr(limit, name, None) is not None
    )
    return ", ".join([KINDS[plain], *limits])


def _is_union(field: FieldInfo) -> bool:
    return isinstance(field.annotation, UnionType)


def _default(value: object) -> str:
    match value:
        case None | ():
            return ""
        case bool():
            return f"`{value}`".lower()
        case tuple():
            return f"`{','.join(map(str, value))}`"
        case Path() if value.is_relative_to(settings.ROOT):
            return f"`{value.relative_to(settings.ROOT)}`"
    return f"`{value}`"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))


def _api() -> Iterator[str]:
    document = create_app().test_client().get("/openapi.json").get_json()
    operations = sorted(_operations(document), key=lambda each: (each[1], each[0]))
    routes = ((f"`{verb} {path}`", it["summary"], _answers(it)) for verb, path, it in operations)
    yield API
    yield "## Routes\n"
    yield _table(("route", "what it does", "answers"), routes)
    yield "## What a request may say\n"
    yield _table(("where", "name", "meaning"), _parameters(document, operations))
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
            yield _table(("field", "type"), fields)
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


def _cli() -> Iterator[str]:
    yield CLI
    for name in cli.COMMANDS:
        yield from _help(_command(name), f"hearth {name}")


def _command(name: str) -> click.Command:
    command = cli.main.get_command(click.Context(cli.main), name)
    if command is None:
        raise LookupError(name)
    return command


def _help(command: click.Command, name: str) -> Iterator[str]:
    """A command's help, and that of each command below it."""
    context = click.Context(command, info_name=name, terminal_width=WIDTH)
    yield f"## {name}\n\n```text\n{inspect.cleandoc(command.get_help(context))}\n```\n"
    for inner in getattr(command, "commands", {}).values():
        yield from _help(inner, f"{name} {inner.name}")


if __name__ == "__main__":
    main()
