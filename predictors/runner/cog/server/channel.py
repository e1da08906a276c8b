"""Messages with the worker: one JSON object a line, on a socket."""

from __future__ import annotations

import json
import os
import socket
from typing import TYPE_CHECKING, Any

from .outbox import Outbox

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LARGEST_MESSAGE = 64 * 1024 * 1024


class MessageTooLarge(Exception):
    """More than one message may hold."""

    def __init__(self, what: str, size: int) -> None:
        limit = LARGEST_MESSAGE >> 20
        super().__init__(
            f"The {what} takes {size >> 20} MiB as JSON; at most {limit} MiB are carried."
        )


def pack(message: dict[str, Any], *, what: str) -> bytes:
    """A message as it is sent."""
    text = json.dumps(message, allow_nan=False, separators=(",", ":"), default=os.fspath)
    packed = text.encode() + b"\n"
    if len(packed) > LARGEST_MESSAGE:
        raise MessageTooLarge(what, len(packed))
    return packed


def bundle(requests: Iterable[bytes]) -> bytes:
    """Packed requests as one message: predictions to run as one batch."""
    return b"[" + b",".join(request.rstrip(b"\n") for request in requests) + b"]\n"


class Channel:
    """The runner's end of the socket; one thread reads, the main thread sends.

    Files go through a folder, and may have so many bytes for each prediction.
    """

    def __init__(self, descriptor: int, folder: str, most_bytes: int) -> None:
        self._socket = socket.socket(fileno=descriptor)
        self._socket.set_inheritable(False)
        self._folder = folder
        self._most_bytes = most_bytes

    def requests(self) -> Iterator[list[dict[str, Any]]]:
        """What the worker asks for, until it is gone; several predictions are one batch."""
        with self._socket.makefile("rb") as lines:
            for line in lines:
                yield json.loads(line)

    def outbox(self, prediction_id: str) -> Outbox:
        """The way out for the files of one prediction."""
        return Outbox(self._folder, prediction_id, self._most_bytes)

    def send(self, kind: str, **facts: Any) -> None:
        """Tell the worker something."""
        self.pass_on(pack({"kind": kind, **facts}, what=kind))

    def pass_on(self, packed: bytes) -> None:
        """Send what is packed already."""
        self._socket.sendall(packed)
