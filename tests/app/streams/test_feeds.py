"""Pieces from Redis and from the row, merged by their positions."""

import itertools
import threading

import pytest

from app import store
from app.errors import Unavailable
from app.status import Status
from app.streams.entries import Chunk
from app.streams.feeds import DEAF_SECONDS, GAP_SECONDS, Feed
from app.streams.sse import START, Position
from tests import factories

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def row(account, version, queued):
    return factories.prediction(account, status=Status.PROCESSING, lease_number=1)


def written(row, **changes):
    return store.predictions.change(row.id, changes, where=list(Status))


def pieces(feed, since=START):
    news = feed.news(since, 0)
    return list(news.pieces) if news else []


@pytest.mark.parametrize(
    "heard",
    [
        [Chunk(1, 0, ["a"]), Chunk(1, 1, ["b", "c"])],
        [Chunk(1, 1, ["b", "c"]), Chunk(1, 0, ["a"])],
        [Chunk(1, 2, ["c"]), Chunk(1, 1, ["b"]), Chunk(1, 0, ["a"])],
        [Chunk(1, 0, ["a", "b"]), Chunk(1, 0, ["a"]), Chunk(1, 1, ["b", "c"])],
        [Chunk(0, 0, ["x", "y", "z", "0"]), Chunk(1, 0, ["a", "b", "c"])],
    ],
    ids=["in order", "out of order", "backwards", "twice", "after those of an older lease"],
)
def test_pieces_are_put_in_their_places_once(row, heard):
    feed = Feed(row)

    for chunk in heard:
        feed.hear([chunk])

    assert pieces(feed) == ["a", "b", "c"]


def test_row_and_stream_in_any_order_give_the_same(row):
    chunks = [Chunk(1, 1, ["b"]), Chunk(1, 2, ["c"])]
    for order in itertools.permutations([*chunks, written(row, output=["a", "b"])]):
        feed = Feed(row)
        for each in order:
            feed.hear([each]) if isinstance(each, Chunk) else feed.read(each)

        assert pieces(feed) == ["a", "b", "c"]


def test_what_a_reader_has_is_not_given_again(row):
    feed = Feed(row)
    feed.hear([Chunk(1, 0, ["a", "b", "c"])])

    assert pieces(feed, Position(1, 2)) == ["c"]
    assert pieces(feed, Position(1, 3)) == []
    assert feed.news(START, 0).after == Position(1, 3)


def test_a_gap_is_filled_from_the_row(row):
    feed = Feed(row)
    written(row, output=["a", "b"])

    feed.hear([Chunk(1, 2, ["c"])])

    assert list(feed.news(START, 20 * GAP_SECONDS).pieces) == ["a", "b", "c"]


def test_a_newer_lease_begins_anew(row):
    feed = Feed(row)
    feed.hear([Chunk(1, 0, ["a", "b"])])

    feed.hear([Chunk(3, 0, ["A"]), Chunk(1, 2, ["stale"])])

    news = feed.news(Position(1, 2), 0)
    assert (list(news.pieces), news.after) == (["A"], Position(3, 1))


def test_the_end_is_told_once_the_row_says_so(row):
    feed = Feed(row)
    written(row, status=Status.SUCCEEDED, output=["a", "b"])

    feed.hear([None])

    news = feed.news(START, 10)
    assert (list(news.pieces), news.ended.status) == (["a", "b"], Status.SUCCEEDED)


def test_without_redis_the_row_is_enough(row):
    feed = Feed(row)
    feed.hear_nothing()
    written(row, output=["a"])

    assert list(feed.news(START, 3 * DEAF_SECONDS).pieces) == ["a"]


def test_redis_that_is_back_has_the_row_looked_at_once(row):
    feed = Feed(row)
    feed.hear_nothing()
    written(row, status=Status.CANCELED)

    feed.hear_again()

    assert feed.news(START, 1).ended.status is Status.CANCELED


def test_a_database_that_is_away_is_asked_again(row, monkeypatch):
    monkeypatch.setattr("app.streams.feeds.DEAF_SECONDS", 0.01)
    ended = written(row, status=Status.CANCELED)
    answers = iter([Unavailable("away"), Unavailable("away"), ended])

    def read(_id):
        if isinstance(answer := next(answers), Exception):
            raise answer
        return answer

    monkeypatch.setattr(store.predictions, "get", read)
    feed = Feed(row)
    feed.hear([None])

    assert feed.news(START, 10).ended is ended


def test_the_row_is_read_once_for_all_readers(row, monkeypatch):
    reads = []
    get = store.predictions.get
    monkeypatch.setattr(store.predictions, "get", lambda id_: reads.append(id_) or get(id_))
    feed = Feed(row)
    written(row, status=Status.SUCCEEDED, output=["a"])
    readers = [threading.Thread(target=feed.news, args=(START, 10)) for _ in range(20)]
    for reader in readers:
        reader.start()

    feed.hear([None])

    for reader in readers:
        reader.join(10)
    assert len(reads) == 1


def test_a_closed_feed_keeps_nobody_waiting(row):
    feed = Feed(row)
    reader = threading.Thread(target=feed.news, args=(START, 60))
    reader.start()

    feed.close()

    reader.join(5)
    assert not reader.is_alive()
