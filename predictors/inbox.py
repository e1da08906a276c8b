"""Messages from a runner, put together from what its socket brings."""

import json
import socket
from typing import Any

from predictors.runner.cog.server.channel import LARGEST_MESSAGE

RECEIVE_BYTES = 1 << 16
FIELDS: dict[str, dict[str, type]] = {
    "ready": {},
    "setup_failed": {"error": str},
    "output": {"id": str, "value": object, "files": list, "is_piece": bool},
    "metric": {"id": str, "name": str, "value": object},
    "log": {"id": str, "text": str},
    "end": {"id": str, "status": str, "error": object},
}


class Unreadable(Exception):
    """What came is no message; the text says what it was, after `the runner`."""


class Inbox:
    """The part of a message that is here already."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self._received = bytearray()

    def receive(self) -> list[dict[str, Any]]:
        """The messages that are complete by now; raises EOFError after the last."""
        try:
            chunk = self._channel.recv(RECEIVE_BYTES)
        except OSError as error:
            raise EOFError from error
        if not chunk:
            raise EOFError
        self._received += chunk
        if len(self._received) > LARGEST_MESSAGE + RECEIVE_BYTES:
            raise Unreadable(f"sent more than {LARGEST_MESSAGE >> 20} MiB in one message")
        return self._cut() if b"\n" in chunk else []

    def _cut(self) -> list[dict[str, Any]]:
        *lines, self._received = self._received.split(b"\n")
        try:
            return [_checked(json.loads(line)) for line in lines]
        except (ValueError, KeyError, TypeError) as error:
            raise Unreadable("sent what is no message") from error


def _checked(message: Any) -> dict[str, Any]:
    """The message, if it is one; the runner, which the model shares, is not trusted to send it."""
    for field, kind in FIELDS[message["kind"]].items():
        if not isinstance(message[field], kind):
            raise TypeError(field)
    return dict(message)
