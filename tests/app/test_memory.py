"""What is remembered for a moment, and what is not."""

from itertools import count

import pytest

from app import clock, memory
from app.memory import Memory


@pytest.fixture
def now(monkeypatch):
    """The moment, to be moved."""
    moment = [100.0]
    monkeypatch.setattr(clock, "ticks", lambda: moment[0])
    return moment


def test_an_answer_is_read_once_while_it_is_fresh(now):
    known, readings = Memory(seconds=2), count(1)

    answers = [known.recall("key", readings.__next__) for _ in range(3)]

    assert answers == [1, 1, 1]


def test_an_answer_is_read_anew_once_it_is_too_old(now):
    known, readings = Memory(seconds=2), count(1)
    known.recall("key", readings.__next__)
    now[0] += 2

    assert known.recall("key", readings.__next__) == 2


def test_that_there_is_none_is_not_remembered(now):
    known = Memory(seconds=2)
    known.recall("key", lambda: None)

    assert known.recall("key", lambda: "here") == "here"


def test_what_has_gone_is_not_given_once_it_is_too_old(now):
    known = Memory(seconds=2)
    known.recall("key", lambda: "here")
    now[0] += 2

    assert known.recall("key", lambda: None) is None


def test_each_key_has_its_own_answer(now):
    known = Memory(seconds=2)

    answers = [known.recall(key, lambda key=key: key.upper()) for key in ("a", "b", "a")]

    assert answers == ["A", "B", "A"]


def test_everything_can_be_forgotten(now):
    known, readings = Memory(seconds=2), count(1)
    known.recall("key", readings.__next__)
    known.forget()

    assert known.recall("key", readings.__next__) == 2


def test_it_never_grows_beyond_its_size(now, monkeypatch):
    monkeypatch.setattr(memory, "MOST", 3)
    known = Memory(seconds=2)

    for key in range(10):
        known.recall(key, lambda: "here")

    assert len(known._known) <= 3
