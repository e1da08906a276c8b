"""Server-sent events as the Replicate clients read them: LF only, an id on every event."""

import json
import re
from typing import Any, NamedTuple

HEARTBEAT = b": beat\n"  # no blank line: some clients would take it for an empty event

LINE_END = re.compile(r"\r\n|\r|\n")
ID = re.compile(r"([0-9]{1,9}):([0-9]{1,9})")


class Position(NamedTuple):
    """How far a reader is: all pieces before `at` of what was written under a lease."""

    lease: int
    at: int

    def __str__(self) -> str:
        return f"{self.lease}:{self.at}"


START = Position(0, 0)


def position(text: str) -> Position:
    """The position an event's id stands for; the start where it is none of ours."""
    match = ID.fullmatch(text)
    return Position(int(match[1]), int(match[2])) if match else START


def output(piece: Any, after: Position) -> bytes:
    """A piece of output: text as it is, everything else as compact JSON."""
    return _event("output", piece if isinstance(piece, str) else _json(piece), after)


def error(detail: str, after: Position) -> bytes:
    """Why there is no more; `done` follows."""
    return _event("error", _json({"detail": detail}), after)


def done(reason: str | None, after: Position) -> bytes:
    """The last event; with a reason where the prediction has not succeeded."""
    return _event("done", _json({"reason": reason} if reason else {}), after)


def _event(name: str, data: str, after: Position) -> bytes:
    lines = "".join(f"data: {line}\n" for line in LINE_END.split(data))
    return f"event: {name}\nid: {after}\n{lines}\n".encode(errors="replace")


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
