"""Prefer and Cancel-After: what they mean, and what they do not."""

from datetime import timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from app.api import headers
from app.errors import InvalidRequest

app = Flask(__name__)

PREFERENCES = {
    "wait": (55, "wait"),
    "WAIT": (55, "wait"),
    "wait=": (55, "wait"),
    "wait=1": (1, "wait=1"),
    'wait="10"': (10, "wait=10"),
    " wait = 10 ; strict": (10, "wait=10"),
    "respond-async, wait=5": (5, "wait=5"),
    "wait=5, wait=9": (5, "wait=5"),
    "wait=60": (55, "wait=60"),
    "wait=99": (55, "wait=60"),
}


@pytest.mark.parametrize(("text", "meant"), PREFERENCES.items(), ids=PREFERENCES)
def test_a_wish_to_wait_is_understood(configure, text, meant):
    with app.test_request_context(headers={"Prefer": text}):
        wait = headers.wait()

    assert (wait.seconds, wait.applied) == meant


@pytest.mark.parametrize("text", ["", "respond-async", "wait=0", "wait=-1", "wait=ten", "waiter"])
def test_other_preferences_are_ignored(configure, text):
    with app.test_request_context(headers={"Prefer": text}):
        assert headers.wait() is None


@given(st.text(st.characters(codec="latin-1", exclude_characters="\r\n")))
def test_no_preference_is_too_odd_to_be_ignored(text):
    with app.test_request_context(headers={"Prefer": text}):
        wait = headers.wait()

    assert wait is None or 0 < wait.seconds <= 55


DURATIONS = {
    "5": 5,
    "30s": 30,
    "90": 90,
    "5m": 300,
    "1m30s": 90,
    "2h": 7200,
    "1h1m1s": 3661,
    "24h": 86400,
}


@pytest.mark.parametrize(("text", "seconds"), DURATIONS.items(), ids=DURATIONS)
def test_a_duration_is_understood(text, seconds):
    assert headers.duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text", ["", "4", "4s", "86401", "24h1s", "-5", "5.5s", "1s1m", "1h30", "10 s", "5M", "s", "٣٠"]
)
def test_a_duration_that_is_malformed_or_out_of_range_is_refused(text):
    with pytest.raises(InvalidRequest, match="Cancel-After"):
        headers.duration(text)


@given(st.integers(5, 86400))
def test_every_duration_in_range_can_be_said_in_parts(seconds):
    hours, minutes = divmod(seconds // 60, 60)

    assert headers.duration(f"{hours}h{minutes}m{seconds % 60}s") == timedelta(seconds=seconds)


@given(st.text())
def test_no_duration_is_too_odd_to_be_refused(text):
    try:
        said = headers.duration(text)
    except InvalidRequest:
        return
    assert timedelta(seconds=5) <= said <= timedelta(hours=24)
