"""A cancel stops one prediction, and never the next."""

import os
import signal
import threading
import time
from typing import Any

import pytest

from predictors import child
from tests.predictors import running
from tests.predictors.running import Start

STOPPABLE = {
    "sleeping in C code": ("slow", {}),
    "computing": ("busy", {}),
    "awaiting": ("async_whole", {"waits": True}),
    "swallowing and returning": ("greedy", {"returns": True}),
}


@pytest.mark.parametrize(("behaviour", "values"), STOPPABLE.values(), ids=STOPPABLE.keys())
def test_a_cancel_stops_the_prediction_and_keeps_the_model(
    start: Start, behaviour: str, values: dict[str, Any]
):
    runner = start(behaviour)
    pid = runner.pid
    events = runner.events("a", values)
    running.until_it_began(events)

    threading.Thread(target=runner.cancel, args=("a",)).start()
    began = time.monotonic()

    assert running.finish(events)[0] is child.PredictionCanceled
    assert time.monotonic() - began < 2
    assert runner.pid == pid
    assert runner.is_alive


def test_a_model_that_goes_on_after_its_cancel_is_killed_and_can_be_loaded_again(start: Start):
    runner = start("greedy", cancel_grace=0.2)
    events = runner.events("a", {})
    running.until_it_began(events)

    runner.cancel("a")

    assert running.finish(events)[0] is child.PredictionCanceled
    assert not runner.is_alive
    runner.start(timeout=30)
    assert runner.is_alive


def test_a_cancel_before_the_start_is_kept(start: Start):
    runner = start("slow")

    runner.cancel("a")

    assert running.finish(runner.events("a", {}))[0] is child.PredictionCanceled


def test_a_cancel_of_another_prediction_changes_nothing(start: Start):
    runner = start("slow")
    events = runner.events("b", {"seconds": 0.1})
    running.until_it_began(events)

    runner.cancel("a")

    assert list(events) == [running.whole("slept")]


def test_an_idle_runner_ignores_cancels_and_signals(start: Start):
    runner = start("echo")
    assert runner.pid
    running.run(runner, value=1)

    runner.cancel("a")
    os.kill(runner.pid, signal.SIGUSR1)

    assert running.run(runner, "b", value=2) == [running.whole(2)]


def test_cancels_at_any_moment_never_hit_the_next_prediction(start: Start):
    runner = start("countdown")
    pid = runner.pid

    for number in range(300):
        events = runner.events(f"{number}", {"start": 20})
        for _ in range(number % 12):
            next(events)
        threading.Thread(target=runner.cancel, args=(f"{number}",)).start()
        assert running.finish(events)[0] in {None, child.PredictionCanceled}
        assert len(running.run(runner, f"next-{number}", start=2)) == 2

    assert runner.pid == pid


@pytest.mark.parametrize("behaviour", ["countdown", "async_pieces"])
def test_events_that_are_no_longer_wanted_leave_a_free_runner(start: Start, behaviour: str):
    runner = start(behaviour)
    events = runner.events("a", {"start": 1_000_000})
    next(events)

    events.close()  # type: ignore[attr-defined]  # a generator

    assert running.piece("1") in running.run(runner, "b", start=1)
