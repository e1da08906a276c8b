"""Calls made at a later moment."""

import queue

import pytest

from tasks.alarm import Alarm


@pytest.fixture(scope="module")
def alarm():
    alarm = Alarm()
    alarm.start()
    return alarm


def test_calls_are_made_when_their_time_has_come_not_as_they_were_ordered(alarm):
    made = queue.Queue()

    alarm.after(0.06, lambda: made.put("later"))
    alarm.after(0.02, lambda: made.put("sooner"))

    assert [made.get(timeout=5), made.get(timeout=5)] == ["sooner", "later"]


def test_a_call_that_fails_does_not_stop_the_others(alarm):
    made = queue.Queue()

    alarm.after(0, lambda: 1 / 0)
    alarm.after(0.01, lambda: made.put("still here"))

    assert made.get(timeout=5) == "still here"
