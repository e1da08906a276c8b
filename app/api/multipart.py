"""Multipart bodies, part by part as they come: of what is large, nothing stays in memory."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from flask import request
from werkzeug.datastructures import Headers
from werkzeug.exceptions import UnsupportedMediaType
from werkzeug.sansio.multipart import Data, Epilogue, Event, Field, File, MultipartDecoder, NeedData

from app.errors import BadRequest, BodyTooLarge

PIECE = 64 * 1024
LITTLE = 256 * 1024
MOST_PARTS = 1000
MOST_HEADERS = 20
MULTIPART = "The file must be sent as multipart/form-data, in a part called content."
TOO_MUCH = f"The parts beside the content may have {LITTLE} bytes and be {MOST_PARTS}."


@dataclass
class Part:
    """One part of a form: its name, what it says of itself, and its content so far."""

    name: str
    filename: str | None
    headers: Headers
    write: Callable[[bytes], object]
    content: bytes = b""

    def add(self, piece: bytes) -> None:
        """Gather what is little."""
        self.content += piece


def read(sinks: dict[str, Callable[[bytes], object]]) -> list[Part]:
    """Every part of the request's body; the content of those that have a sink goes there."""
    parts: list[Part] = []
    left = LITTLE
    for event in _events():
        if isinstance(event, Field | File):
            parts.append(_begin(event, sinks))
        elif isinstance(event, Data):
            part = parts[-1]
            left -= 0 if part.name in sinks else len(event.data)
            if left < 0:
                raise BodyTooLarge(TOO_MUCH)
            part.write(event.data)
    return parts


def _begin(event: Field | File, sinks: dict[str, Callable[[bytes], object]]) -> Part:
    if len(event.headers) > MOST_HEADERS:
        raise BadRequest(f"A part of the form has more than {MOST_HEADERS} headers.")
    filename = event.filename if isinstance(event, File) else None
    part = Part(event.name or "", filename, event.headers, lambda _: None)
    part.write = sinks.get(part.name, part.add)
    return part


def _events() -> Iterator[Event]:
    decoder = _decoder()
    try:
        while True:
            decoder.receive_data(request.stream.read(PIECE) or None)
            while not isinstance(event := decoder.next_event(), NeedData):
                yield event
                if isinstance(event, Epilogue):
                    return
    except ValueError as error:
        raise BadRequest(f"The form cannot be read: {error}.") from error


def _decoder() -> MultipartDecoder:
    boundary = request.mimetype_params.get("boundary", "")
    if request.mimetype != "multipart/form-data" or not boundary.isascii() or not boundary:
        raise UnsupportedMediaType(MULTIPART)
    return MultipartDecoder(boundary.encode(), LITTLE, max_parts=MOST_PARTS)
