"""Pieces on their way through a real Redis: from a worker's writer to the readers of a hub."""

import signal
import threading

import pytest

from app import breaker, live, store
from app.status import Status
from app.store.predictions import Lease
from app.streams import entries, hub, writing
from app.streams.sse import START
from tests import factories

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def row(account, version, redis_process):
    return factories.prediction(account, status=Status.PROCESSING, lease_number=1)


@pytest.fixture
def listening(redis_process, monkeypatch):
    monkeypatch.setattr("app.streams.feeds.DEAF_SECONDS", 0.2)
    monkeypatch.setattr("app.streams.hub.PAUSE_SECONDS", 0.05)
    monkeypatch.setattr("app.streams.hub.BLOCK_SECONDS", 0.2)
    hub.hub.forget()
    yield hub.hub()
    hub.hub().leave()
    hub.hub().join()
    hub.hub.forget()


def put(row, at, *pieces):
    for position, piece in enumerate(pieces, at):
        writing.put(Lease(row.id, 1), position, piece)


def read(feed, count, since=START):
    """The next pieces, as many as asked for."""
    got = []
    while len(got) < count:
        news = feed.news(since, 10)
        assert news, f"only {got}"
        got, since = [*got, *news.pieces], news.after
    return got


def test_pieces_reach_a_reader_in_order(row, listening):
    with listening.following(row) as feed:
        put(row, 0, *range(1000))

        assert read(feed, 1000) == list(range(1000))


def test_who_comes_late_gets_what_was_written_before(row, listening):
    put(row, 0, "a", "b")
    with listening.following(row) as first:
        read(first, 2)

    with listening.following(row) as feed:
        assert read(feed, 2) == ["a", "b"]


def test_each_reader_gets_its_own_prediction_only(row, listening, account):
    other = factories.prediction(account, status=Status.PROCESSING, lease_number=1)
    with listening.following(row) as mine, listening.following(other) as theirs:
        put(row, 0, "mine")
        put(other, 0, "theirs")

        assert read(mine, 1) == ["mine"]
        assert read(theirs, 1) == ["theirs"]


def test_a_reader_hears_of_the_end(row, listening):
    with listening.following(row) as feed:
        store.predictions.end(row.id, {"status": Status.CANCELED}, where=[Status.PROCESSING])
        writing.end(row.id)

        assert feed.news(START, 10).ended.status is Status.CANCELED


def test_a_stream_is_kept_for_hours_and_after_its_end_for_minutes(row, listening):
    with listening.following(row) as feed:
        put(row, 0, "a")
        read(feed, 1)
    before = live.client().ttl(entries.name(row.id))
    with listening.following(row) as feed:
        store.predictions.end(row.id, {"status": Status.CANCELED}, where=[Status.PROCESSING])
        writing.end(row.id)
        feed.news(feed.news(START, 1).after, 10)

    assert 3600 < before <= 24 * 3600
    assert 0 < live.client().ttl(entries.name(row.id)) <= 300


def test_a_long_stream_is_but_a_tail_in_redis(row, listening, monkeypatch):
    monkeypatch.setattr(entries, "MOST_ENTRIES", 3)
    with listening.following(row) as feed:
        for number in range(10):
            put(row, number, number)
            read(feed, number + 1)

    assert live.client().xlen(entries.name(row.id)) == 3


def test_what_redis_has_lost_comes_from_the_row(row, listening):
    with listening.following(row) as feed:
        put(row, 0, "a")
        assert read(feed, 1) == ["a"]
        live.client().flushall()
        output = {"output": ["a", "b", "c"]}
        store.predictions.change(row.id, output, where=[Status.PROCESSING])

        put(row, 3, "d")

        assert read(feed, 4) == ["a", "b", "c", "d"]


def test_a_redis_that_hangs_holds_up_no_run_and_no_reader(row, listening, redis_process):
    with listening.following(row) as feed:
        put(row, 0, "a")
        read(feed, 1)
        redis_process.send_signal(signal.SIGSTOP)
        put(row, 1, *"bc")
        output = {"output": ["a", "b", "c"]}
        store.predictions.change(row.id, output, where=[Status.PROCESSING])

        assert read(feed, 3) == ["a", "b", "c"]
        redis_process.send_signal(signal.SIGCONT)


def test_a_redis_that_is_gone_costs_a_run_nothing(row, redis_process):
    redis_process.kill()
    redis_process.wait()

    put(row, 0, *range(writing.MOST_PENDING + 10))
    writing.end(row.id)

    assert writing._writer()._count <= writing.MOST_PENDING
    breaker.of_broker.close()


def test_readers_go_on_after_redis_was_away(row, listening):
    with listening.following(row) as feed:
        live.client().client_kill_filter(_type="normal", skipme=True)
        put(row, 0, "a")

        assert read(feed, 1) == ["a"]


def test_many_readers_share_a_feed_and_leave_nothing(row, listening):
    def follow():
        with listening.following(row) as feed:
            read(feed, 2)

    readers = [threading.Thread(target=follow) for _ in range(50)]
    for reader in readers:
        reader.start()
    put(row, 0, "a", "b")
    for reader in readers:
        reader.join(10)

    assert not any(reader.is_alive() for reader in readers)
    assert not listening._feeds


def test_nobody_waits_in_a_process_that_leaves(row, listening):
    with listening.following(row) as feed:
        threading.Thread(target=listening.leave).start()

        assert feed.news(START, 10)
