"""The worker's side: a thread of its own sends pieces to Redis, in bundles of some milliseconds.

It never holds up or fails a run: what Redis does not take is left out, readers find it in the row.
"""

import threading
import time
from typing import Any

import redis

from app import breaker, live
from app.once import Once
from app.store.predictions import Lease
from app.streams import entries
from app.streams.entries import Chunk

PAUSE_SECONDS = 0.005
MOST_PENDING = 100_000


def put(lease: Lease, at: int, piece: Any) -> None:
    """Have a piece sent; while Redis is away, or too slow, it is left out."""
    if not breaker.of_broker.is_open:
        _writer().put(lease, at, piece)


def end(prediction_id: str) -> None:
    """Have it said that a prediction has ended."""
    if not breaker.of_broker.is_open:
        _writer().end(prediction_id)


class _Writer:
    """What is still to be sent, of all predictions, and the thread that sends it."""

    def __init__(self) -> None:
        self._chunks: dict[Lease, Chunk] = {}
        self._ended: set[str] = set()
        self._count = 0
        self._lock = threading.Lock()
        self._due = threading.Event()
        threading.Thread(target=self._send_for_ever, name="stream-writer", daemon=True).start()

    def put(self, lease: Lease, at: int, piece: Any) -> None:
        """Add to what is sent next; where that is too much already, it is left out."""
        with self._lock:
            if self._count >= MOST_PENDING:
                self._forget()
            chunk = self._chunks.get(lease)
            if chunk is None or at != chunk.at + len(chunk.pieces):
                chunk = self._chunks[lease] = Chunk(lease.number, at)
            chunk.pieces.append(piece)
            self._count += 1
        self._due.set()

    def end(self, prediction_id: str) -> None:
        """Add an end to what is sent next."""
        with self._lock:
            self._ended.add(prediction_id)
        self._due.set()

    def _send_for_ever(self) -> None:
        while True:
            self._due.wait()
            self._due.clear()
            self._send()
            time.sleep(PAUSE_SECONDS)

    def _send(self) -> None:
        with self._lock:
            chunks, ended = self._chunks, self._ended
            self._forget()
        if breaker.of_broker.is_open:
            return
        try:
            with live.client().pipeline(transaction=False) as pipe:
                for lease, chunk in chunks.items():
                    entries.add(pipe, lease, chunk)
                for prediction_id in ended:
                    entries.end(pipe, prediction_id)
                pipe.execute()
        except redis.RedisError as error:
            breaker.of_broker.trip(str(error))

    def _forget(self) -> None:
        self._chunks, self._ended, self._count = {}, set(), 0


_writer = Once(_Writer)
