"""Feeds: one prediction's output as far as this process knows it, for all who read it here.

Pieces come from Redis at once and from the row a little later, under the same positions: each is
taken from whichever has it first. The row alone says that the prediction has ended, and how.
"""

import threading
from collections.abc import Sequence
from typing import Any, NamedTuple

from app import clock, store
from app.errors import Unavailable
from app.streams.entries import FIRST, Chunk
from app.streams.sse import Position
from app.tables import Prediction

LOST_WORD_SECONDS = 15  # word of an end can be lost with Redis; then a look finds it
DEAF_SECONDS = 2  # while Redis is away the row is all there is
LOOKING_SECONDS = 0.05
GAP_SECONDS = 0.5  # until the row has what Redis lost


class News(NamedTuple):
    """What a reader has not had: pieces of a lease up to a position, and the end if it is there."""

    pieces: Sequence[Any]
    after: Position
    ended: Prediction | None


class Feed:
    """The pieces of the newest lease, and the row once the prediction has ended."""

    def __init__(self, row: Prediction) -> None:
        self.readers = 0
        self.heard = FIRST  # the entry that was heard last
        self._id = row.id
        self._lease = 0
        self._pieces: list[Any] = []
        self._ahead: list[Chunk] = []
        self._ended: Prediction | None = None
        self._is_closed = False
        self._is_deaf = False
        self._look_at = clock.ticks() + LOST_WORD_SECONDS
        self._changed = threading.Condition()
        self._looking = threading.Lock()
        self.read(row)

    def read(self, row: Prediction) -> None:
        """Take what the row says."""
        written = row.output if isinstance(row.output, list) else []
        with self._changed:
            self._take(Chunk(row.lease_number, 0, written))
            if row.status.is_terminal:
                self._ended = row
            self._mind_gaps()
            self._changed.notify_all()

    def hear(self, chunks: Sequence[Chunk | None]) -> None:
        """Take what Redis says; None is the word of the end, which the row has to confirm."""
        with self._changed:
            for chunk in chunks:
                if chunk is None:
                    self._look_within(0)
                else:
                    self._take(chunk)
            self._mind_gaps()
            self._changed.notify_all()

    def hear_nothing(self) -> None:
        """Have the row looked at more often, since Redis does not answer."""
        with self._changed:
            if not self._is_deaf:
                self._is_deaf = True
                self._look_within(DEAF_SECONDS)
                self._changed.notify_all()

    def hear_again(self) -> None:
        """Look once for what was missed."""
        with self._changed:
            if self._is_deaf:
                self._is_deaf = False
                self._look_within(0)
                self._changed.notify_all()

    def close(self) -> None:
        """Have nobody wait any more."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    def news(self, since: Position, seconds: float) -> News | None:
        """Wait for what comes after a position; None where nothing has come in time."""
        until = clock.ticks() + seconds
        while not self._has_news(since) and clock.ticks() < until:
            self._look_if_due()
            self._wait(since, until)
        with self._changed:
            return self._news(since) if self._has_news(since) else None

    def _wait(self, since: Position, until: float) -> None:
        """Wait for anything at all: also that a look is due may have changed."""
        with self._changed:
            left = min(until, self._look_at) - clock.ticks()
            if self._looking.locked():  # and will tell what was seen
                left = max(left, LOOKING_SECONDS)
            if left > 0 and not self._has_news(since):
                self._changed.wait(left)

    def _has_news(self, since: Position) -> bool:
        if self._ended is not None or self._is_closed:
            return True
        is_torn = since.at > 0 and since.lease < self._lease
        return is_torn or len(self._pieces) > self._had(since)

    def _news(self, since: Position) -> News:
        had = self._had(since)
        newest = Position(self._lease, max(had, len(self._pieces)))
        return News(self._pieces[had:], newest, self._ended)

    def _had(self, since: Position) -> int:
        """How many pieces of the newest lease a reader has."""
        return since.at if since.lease == self._lease else 0

    def _take(self, chunk: Chunk) -> None:
        if chunk.lease > self._lease:
            self._lease, self._pieces, self._ahead = chunk.lease, [], []
        if chunk.lease == self._lease:
            self._ahead.append(chunk)
            self._join()

    def _join(self) -> None:
        """Append what fits; keep what lies further ahead for when the gap is filled."""
        waiting, self._ahead = sorted(self._ahead, key=lambda chunk: chunk.at), []
        for chunk in waiting:
            if chunk.at > len(self._pieces):
                self._ahead.append(chunk)
            else:
                self._pieces.extend(chunk.pieces[len(self._pieces) - chunk.at :])

    def _mind_gaps(self) -> None:
        if self._ahead:
            self._look_within(GAP_SECONDS)

    def _look_within(self, seconds: float) -> None:
        self._look_at = min(self._look_at, clock.ticks() + seconds)

    def _look_if_due(self) -> None:
        """Read the row, in the place of all readers, when it is time to."""
        if clock.ticks() < self._look_at or not self._looking.acquire(blocking=False):
            return
        try:
            self._look_at = clock.ticks() + (DEAF_SECONDS if self._is_deaf else LOST_WORD_SECONDS)
            if row := store.predictions.get(self._id):
                self.read(row)
        except Unavailable:
            self._look_at = clock.ticks() + DEAF_SECONDS
        finally:
            self._looking.release()
