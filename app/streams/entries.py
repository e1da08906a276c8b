"""A prediction's stream in Redis: its newest pieces, and the word of its end.

It is a tail, bounded in length and age: what is no longer in it, or never was, is in the row.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import redis

from app.store.predictions import Lease
from config import settings

MOST_ENTRIES = 2000
FIRST = "0"  # comes before the id of every entry
STALE_SECONDS = 6 * 3600


@dataclass
class Chunk:
    """Pieces that follow each other, the first of them at a position."""

    lease: int
    at: int
    pieces: list[Any] = field(default_factory=list)


def name(prediction_id: str) -> str:
    """The stream's key in Redis."""
    return f"hearth:stream:{prediction_id}"


def add(pipe: redis.client.Pipeline, lease: Lease, chunk: Chunk) -> None:
    """Add pieces, and keep the stream for hours after its last ones."""
    pieces = json.dumps(chunk.pieces, separators=(",", ":"))
    entry: dict[Any, Any] = {"lease": chunk.lease, "at": chunk.at, "pieces": pieces}
    stream = name(lease.prediction_id)
    pipe.xadd(stream, entry, maxlen=MOST_ENTRIES, approximate=False)
    pipe.expire(stream, STALE_SECONDS)


def end(pipe: redis.client.Pipeline, prediction_id: str) -> None:
    """Add that this is the end, and keep the stream for a while only."""
    stream = name(prediction_id)
    pipe.xadd(stream, {"end": ""}, maxlen=MOST_ENTRIES, approximate=False)
    pipe.expire(stream, int(settings.load().streams.stream_keep_seconds))


def chunk(entry: Mapping[str, str]) -> Chunk | None:
    """The pieces of an entry; None where it is the end."""
    if "end" in entry:
        return None
    return Chunk(int(entry["lease"]), int(entry["at"]), json.loads(entry["pieces"]))
