"""Stream keys: names that nobody can guess, and that say what is streamed."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from app import ids

LENGTH = 32


class Kind(StrEnum):
    """What the pieces of an output are; text is read as one, whatever its pieces."""

    TEXT = "text"
    FILES = "file"
    ITEMS = "item"


def new(openapi_schema: Mapping[str, Any]) -> str | None:
    """A key for a prediction of a version; None where its output does not come in pieces."""
    output = openapi_schema["components"]["schemas"].get("Output", {})
    if output.get("x-cog-array-type") != "iterator":
        return None
    return f"{_kind_of(output)}-{ids.random_text(LENGTH)}"


def kind(key: str) -> Kind:
    """What is streamed under a key."""
    return Kind(key.partition("-")[0])


def path(key: str) -> str:
    """Where it is read; a client takes the pieces for files by the path alone."""
    folder = "files/streams" if kind(key) is Kind.FILES else "streams"
    return f"/v1/{folder}/{key}"


def _kind_of(output: Mapping[str, Any]) -> Kind:
    if output.get("x-cog-array-display") == "concatenate":
        return Kind.TEXT
    return Kind.FILES if output.get("items", {}).get("format") == "uri" else Kind.ITEMS
