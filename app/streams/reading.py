"""The reader's side: a prediction's output as server-sent events, from any position to the end."""

from collections.abc import Iterator, Sequence
from typing import Any

from app import clock
from app.status import Status
from app.streams import sse
from app.streams.feeds import Feed, News
from app.streams.hub import hub
from app.streams.keys import Kind
from app.streams.sse import START, Position
from app.tables import Prediction
from config import settings

STARTED_AGAIN = "The prediction was started again after its worker was lost. Open the stream again."
A_WRITE = 256
REASONS = {Status.SUCCEEDED: None, Status.CANCELED: "canceled", Status.FAILED: "error"}


def events(row: Prediction, kind: Kind, last_id: str) -> Iterator[bytes]:
    """All that follows the event with this id; the first bytes come at once."""
    had = sse.position(last_id)
    yield sse.HEARTBEAT
    since = had if had.lease <= row.lease_number else START
    if row.status.is_terminal:
        news = Feed(row).news(since, 0)
        yield from _told(news, since, kind) if news else ()
    else:
        with hub().following(row) as feed:
            yield from _follow(feed, since, kind)


def _follow(feed: Feed, since: Position, kind: Kind) -> Iterator[bytes]:
    """Tell the news as they come; a process that leaves just stops, and readers come back."""
    beat = settings.load().streams.stream_beat_seconds
    beat_at = clock.ticks() + beat
    while not hub().is_leaving:
        news = feed.news(since, max(0, beat_at - clock.ticks()))
        if news is None:
            yield sse.HEARTBEAT
        else:
            yield from _told(news, since, kind)
            if news.ended or _is_torn(news, since):
                return
            since = news.after
        beat_at = clock.ticks() + beat


def _told(news: News, since: Position, kind: Kind) -> Iterator[bytes]:
    """The events of some news: pieces, then the end if it is there."""
    ended = news.ended
    if not _is_torn(news, since):
        yield from _outputs(news, kind)
    elif ended is None or ended.status is Status.SUCCEEDED:
        afresh = Position(news.after.lease, 0)
        yield sse.error(STARTED_AGAIN, afresh)
        yield sse.done("error", afresh)
        return
    if ended:
        if ended.status is Status.FAILED:
            yield sse.error(ended.error or "", news.after)
        yield sse.done(REASONS[ended.status], news.after)


def _is_torn(news: News, since: Position) -> bool:
    """Whether the reader has pieces of another run than that which goes on."""
    return since.at > 0 and since.lease != news.after.lease


def _outputs(news: News, kind: Kind) -> Iterator[bytes]:
    """An event for each piece, many in one write; a text's are one, which is read the same."""
    lease, end = news.after
    if kind is Kind.TEXT and news.pieces:
        yield sse.output(_joined(news.pieces), news.after)
        return
    start = end - len(news.pieces)
    for first in range(0, len(news.pieces), A_WRITE):
        pieces = news.pieces[first : first + A_WRITE]
        after = enumerate(pieces, start + first + 1)
        yield b"".join(sse.output(piece, Position(lease, at)) for at, piece in after)


def _joined(pieces: Sequence[Any]) -> str:
    return "".join(map(str, pieces))
