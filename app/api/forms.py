"""The form of an upload: what each client sends, read into one shape."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, Any, NotRequired

from flask import request
from pydantic import Field
from typing_extensions import TypedDict
from werkzeug.http import parse_options_header

from app.api import multipart, objects
from app.api.multipart import Part
from app.errors import InvalidField, InvalidInput
from app.uploads import NewUpload
from config import settings

CONTENT, METADATA = "content", "metadata"
UNNAMED = "upload"
LONGEST_NAME = 255
UNKNOWN_TYPE = "application/octet-stream"
TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]{1,127}/[A-Za-z0-9!#$&^_.+-]{1,127}")
BRACKETED = re.compile(r"metadata((?:\[[^\[\]]{0,255}\]){1,32})")
BEFORE_CONTENT = 1024 * 1024  # what a form may have beside the content


class UploadForm(TypedDict):
    """A file, and what is said of it."""

    content: Annotated[str, Field(json_schema_extra={"format": "binary"})]
    filename: NotRequired[Annotated[str, Field(description="Else the name in the part itself.")]]
    type: NotRequired[Annotated[str, Field(description="The media type; else the part's own.")]]
    metadata: NotRequired[
        Annotated[dict[str, Any], Field(description="JSON, or fields as `metadata[key]`.")]
    ]


def least_content() -> int:
    """How large the content of the request's form is at least, by what the request says."""
    return max(0, (request.content_length or 0) - BEFORE_CONTENT)


def upload(write: Callable[[bytes], None]) -> NewUpload:
    """What the request's form says of its content, which is written where it is wanted."""
    request.max_content_length = settings.load().files.upload_bytes + BEFORE_CONTENT
    parts = multipart.read({CONTENT: write})
    content = _content(parts)
    name = _text(parts, "filename") or content.filename or UNNAMED
    media_type = _text(parts, "type") or content.headers.get("Content-Type", "")
    return NewUpload(_name(name), _type(media_type), _metadata(parts))


def _content(parts: Sequence[Part]) -> Part:
    found = [part for part in parts if part.name == CONTENT]
    if len(found) != 1:
        problem = "content is required" if not found else "content must be given once"
        raise _wrong("required" if not found else "array_max_items", CONTENT, problem)
    return found[0]


def _text(parts: Iterable[Part], name: str) -> str:
    """The field with this name; empty where there is none."""
    found = (part.content for part in parts if part.name == name)
    return next(found, b"").decode("utf-8", "replace").strip()


def _name(text: str) -> str:
    """The last part of a path, without what does not print."""
    last = re.split(r"[/\\]", text)[-1]
    name = "".join(c for c in last if c.isprintable()).strip() or UNNAMED
    if len(name.encode("utf-8", "replace")) > LONGEST_NAME:
        raise _wrong("string_lte", "filename", f"Must have at most {LONGEST_NAME} bytes in UTF-8")
    return name


def _type(text: str) -> str:
    media_type, _ = parse_options_header(text)
    if not media_type:
        return UNKNOWN_TYPE
    if not TYPE.fullmatch(media_type):
        raise _wrong("format", "type", "Must be a media type, as image/png")
    return media_type.lower()


def _metadata(parts: Iterable[Part]) -> dict[str, Any]:
    """One part with JSON, be it text or a file; or one part for each value."""
    said: dict[str, Any] = {}
    for part in parts:
        if part.name == METADATA and part.content.strip():
            said.update(objects.read(part.content, "metadata"))
        elif match := BRACKETED.fullmatch(part.name):
            keys = match[1][1:-1].split("][")
            _put(said, keys, part.content.decode("utf-8", "replace"))
    return said


def _put(into: Any, keys: Sequence[str], value: str) -> None:
    """Put a value where `[a][b]` or `[a][]` points."""
    key, *rest = keys
    inner: Any = value if not rest else [] if rest[0] == "" else {}
    if isinstance(into, list):
        into.append(inner)
        place = inner
    else:
        place = into.setdefault(key, inner)
    if rest and isinstance(place, dict | list) and type(place) is type(inner):
        _put(place, rest, value)


def _wrong(kind: str, field: str, description: str) -> InvalidInput:
    return InvalidInput([InvalidField(kind, field, description)])
