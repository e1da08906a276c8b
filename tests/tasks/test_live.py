"""Word of a prediction's end over a real Redis."""

import threading

import pytest

from app import live
from app.errors import Unavailable


@pytest.fixture
def listening(redis_process):
    live._listener.forget()
    yield
    live.let_go()
    live._listener().join()
    live._listener.forget()


def test_who_watches_hears_of_the_end(listening):
    with live.watch("mine") as mine, live.watch("other") as other:
        mine.clear()
        other.clear()

        live.announce_end("mine")

        assert mine.wait(5)
        assert not other.is_set()


def test_everybody_looks_again_after_redis_was_away(listening, redis_process):
    with live.watch("mine") as mine:
        mine.clear()
        live.client().client_kill_filter(_type="pubsub")

        assert mine.wait(10)


def test_nobody_waits_in_a_process_that_leaves(listening):
    with live.watch("mine") as mine:
        mine.clear()

        threading.Thread(target=live.let_go).start()

        assert mine.wait(5)
        assert live.is_leaving()


def test_nothing_is_kept_of_who_watches_no_more(listening):
    for number in range(100):
        with live.watch(str(number)):
            pass

    assert not live._listener()._waiting


def test_a_broker_is_new_until_it_is_remembered(listening):
    assert live.broker_is_new()
    live.remember_broker()
    assert not live.broker_is_new()
    live.client().flushall()
    assert live.broker_is_new()


def test_a_broker_that_is_away_is_said_to_be(configure):
    configure(redis_url="redis://127.0.0.1:1/0")

    with pytest.raises(Unavailable):
        live.check()
    live.announce_end("nobody hears it")
