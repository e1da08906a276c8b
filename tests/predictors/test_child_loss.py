"""A runner that is gone is told, with all that it started."""

import contextlib
import os
import signal
import subprocess
import sys
import threading

import pytest

from predictors import child
from predictors.child import Child
from predictors.events import Output
from tests import fakes
from tests.predictors import running
from tests.predictors.running import Start

LOSSES = {
    "signal": "killed by signal SIGSEGV",
    "exit": "exited with status 3",
    "closed": "closed its connection",
}


@pytest.mark.parametrize(("how", "reason"), LOSSES.items(), ids=LOSSES.keys())
def test_a_runner_that_dies_is_told_with_its_last_words(start: Start, how: str, reason: str):
    runner = start("crashes")
    seen = []

    with pytest.raises(child.RunnerLost) as lost:
        seen.extend(iter(runner.events("a", {"how": how})))

    assert lost.value.reason == reason
    assert not runner.is_alive
    runner.start(timeout=30)
    assert runner.is_alive


def test_a_crash_says_its_last_words(start: Start):
    error, events = running.finish(start("crashes").events("a", {"how": "exit"}))

    assert error is child.RunnerLost
    assert running.logs(events) == "last words\n"


def test_an_exit_in_the_model_fails_the_prediction_alone(start: Start):
    runner = start("crashes")

    with pytest.raises(child.PredictionFailed, match="enough"):
        running.run(runner, how="sys.exit")

    assert runner.is_alive


def test_a_runner_that_was_killed_is_lost(start: Start):
    runner = start("slow")
    events = runner.events("a", {})
    running.until_it_began(events)
    assert runner.pid

    os.kill(runner.pid, signal.SIGKILL)

    with pytest.raises(child.RunnerLost, match="killed by signal SIGKILL"):
        next(events)


def test_a_runner_that_died_in_its_sleep_is_lost_at_the_next_prediction(start: Start):
    runner = start("echo")
    assert runner.pid

    os.kill(runner.pid, signal.SIGKILL)

    assert running.eventually(lambda: not runner.is_alive)
    with pytest.raises(child.RunnerLost, match="killed by signal SIGKILL"):
        running.run(runner, value=1)


def test_stopping_ends_a_running_prediction_from_another_thread(start: Start):
    runner = start("slow")
    events = runner.events("a", {})
    running.until_it_began(events)

    stopping = threading.Thread(target=runner.stop)
    stopping.start()

    with pytest.raises(child.RunnerLost, match="stopped"):
        next(events)
    stopping.join()
    assert not runner.is_alive


def test_stopping_twice_and_using_it_after_is_harmless(start: Start):
    runner = start("echo")

    runner.stop()
    runner.stop()
    runner.cancel("b")

    with pytest.raises(child.RunnerLost, match="stopped"):
        running.run(runner, value=1)


def test_a_child_that_was_never_started_is_no_runner():
    idle = Child(fakes.entry("echo"), cancel_grace=1)

    idle.stop()
    idle.cancel("a")

    assert idle.pid is None
    assert not idle.is_alive
    with pytest.raises(child.RunnerLost, match="not started"):
        running.run(idle)


def test_processes_the_model_left_behind_end_with_it(start: Start):
    runner = start("daemon")
    [left] = running.run(runner)
    assert isinstance(left, Output)

    runner.stop()

    assert running.eventually(lambda: running.is_gone(left.value))


def test_a_runner_ends_with_its_parent():
    script = (
        "from predictors.child import Child; from tests import fakes; import os, signal\n"
        "child = Child(fakes.entry('daemon'), cancel_grace=1); child.start(30)\n"
        "print(child.pid, list(child.events('a', {}))[0].value, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )

    told = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )

    assert told.returncode == -signal.SIGKILL
    for pid in map(int, told.stdout.split()):
        assert running.eventually(lambda pid=pid: running.is_gone(pid))  # type: ignore[misc]  # bound now


def test_a_runner_outlives_the_thread_that_started_it():
    runner = Child(fakes.entry("echo"), cancel_grace=1)
    starter = threading.Thread(target=runner.start, args=(30,))

    starter.start()
    starter.join()

    with contextlib.ExitStack() as stack:
        stack.callback(runner.stop)
        assert running.run(runner, value=1) == [running.whole(1)]
