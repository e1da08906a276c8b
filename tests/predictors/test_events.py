"""Events are values: equal when they say the same, and fixed once said."""

import dataclasses

import pytest

from predictors.events import Event, Log, Metric, Output, Tick

EVENTS: list[Event] = [Output("a", is_piece=True), Log("a\n"), Metric("tokens", 1), Tick()]


@pytest.mark.parametrize("event", EVENTS, ids=repr)
def test_an_event_equals_its_copy(event: Event):
    copy = dataclasses.replace(event)

    assert copy == event
    assert hash(copy) == hash(event)


def test_an_event_cannot_be_changed():
    log = Log("a\n")

    with pytest.raises(dataclasses.FrozenInstanceError):
        log.text = "b\n"  # type: ignore[misc]  # what is tested
