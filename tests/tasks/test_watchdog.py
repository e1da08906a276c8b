"""The watchdog ends a process whose loop stands still, and no other."""

import signal
import subprocess
import sys

import pytest

from tasks import watchdog

TURNING = """
import sys, time
from app import live
from app.errors import Unavailable
from tasks import watchdog

watchdog.TICK_SECONDS = 0.05
way = sys.argv[1]

def check():
    if way == "waits":
        raise Unavailable("The broker is away.")

live.check = check

class Loop:
    timer = property(lambda self: self)

    def call_repeatedly(self, seconds, tick):
        self.tick = tick

loop = Loop()
watchdog.Watchdog(loop).start(loop)
while True:
    for _ in range(8):
        time.sleep(0.05)  # in small steps: a process that wakes is not back at once
    if way == "turns":
        loop.tick()
    print("turned", flush=True)
"""
STUCK_SECONDS = 0.05 * watchdog.STUCK_LOOKS


@pytest.fixture
def loop(configure, tmp_path):
    """Start a process that is watched a hundred times as closely as usual."""
    (tmp_path / "loop.py").write_text(TURNING)
    started = []

    def start(way):
        command = [sys.executable, tmp_path / "loop.py", way]
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        started.append(process)
        assert process.stdout.readline()
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_a_process_whose_loop_stands_still_is_left(loop):
    assert loop("stands still").wait(20) == watchdog.EXIT_STATUS


def test_a_process_that_was_frozen_goes_on(loop):
    process = loop("turns")

    process.send_signal(signal.SIGSTOP)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(2 * STUCK_SECONDS)
    process.send_signal(signal.SIGCONT)

    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(2 * STUCK_SECONDS)


def test_a_loop_that_waits_for_the_broker_is_left_alone(loop):
    process = loop("waits")

    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(2 * STUCK_SECONDS)
