import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tasks import processes

PATIENCE = 20
SUPERVISE = """
import asyncio, sys
from pathlib import Path
from tasks import processes

async def story(supervisor):
    for name in sys.argv[2:]:
        supervisor.start(name, [sys.executable, name + ".py"], last=name == "store")
    await asyncio.Event().wait()

say = lambda name, line: print(f"{name} | {line}", flush=True)
processes.run(story, grace=float(sys.argv[1]), say=say)
"""

GOOD = "import time; print('good began'); time.sleep(600)"
STUBBORN = "import signal, time; signal.signal(15, signal.SIG_IGN); print('deaf'); time.sleep(600)"
PARENT = f"""
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", {STUBBORN!r}], start_new_session=True)
time.sleep(600)
"""
BROKEN = "print('x' * 50000); raise SystemExit('no weights here')"
PATIENT = """
import signal, sys, time
def leave(*_):
    print("asked")
    time.sleep(0.7)
    print("done")
    time.sleep(0.3)
    sys.exit()
signal.signal(15, leave)
print("ready")
time.sleep(600)
"""
FAREWELL = """
import pathlib, signal, sys, time
def leave(*_):
    with open("order", "a") as order:
        order.write(sys.argv[0] + "\\n")
    sys.exit()
signal.signal(15, leave)
print("ready")
time.sleep(600)
"""


class Supervised:
    """A supervisor in a process of its own, and what it says."""

    def __init__(self, folder: Path, scripts: dict[str, str], grace: float) -> None:
        for name, script in scripts.items():
            (folder / f"{name}.py").write_text(script)
        self._output = folder / "output"
        with self._output.open("w") as output:
            self.process = psutil.Popen(
                [sys.executable, "-c", SUPERVISE, str(grace), *scripts],
                cwd=folder,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        self.family: set[psutil.Process] = set()

    @property
    def output(self) -> str:
        return self._output.read_text()

    def await_output(self, *texts: str) -> None:
        until(lambda: all(text in self.output for text in texts))
        self.family |= set(self.process.children(recursive=True))

    def child(self, script: str) -> psutil.Process:
        found = [each for each in self.process.children() if f"{script}.py" in each.cmdline()]
        return found[0]

    def leftovers(self) -> list[psutil.Process]:
        return [each for each in self.family if each.is_running() and each.status() != "zombie"]


Supervise = Callable[..., Supervised]


@pytest.fixture
def supervise(tmp_path: Path) -> Iterator[Supervise]:
    started: list[Supervised] = []

    def start(grace: float = 1, **scripts: str) -> Supervised:
        started.append(Supervised(tmp_path, scripts, grace))
        return started[-1]

    yield start
    for each in started:
        for process in (each.process, *each.family):
            with suppress(psutil.NoSuchProcess):
                process.kill()
        each.process.wait()


def ended_after_another(number: signal.Signals, process: psutil.Popen) -> bool:
    with suppress(psutil.NoSuchProcess):
        process.send_signal(number)
    return process.poll() is not None


def pauses(output: str) -> list[float]:
    again = re.findall(r"broken \| exited with status 1; starting it again in ([\d.]+) s", output)
    return [float(seconds) for seconds in again]


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_every_process_grandchildren_and_the_deaf_included(
    supervise: Supervise, number: signal.Signals
) -> None:
    supervised = supervise(good=GOOD, parent=PARENT, stubborn=STUBBORN)
    supervised.await_output("good | good began", "parent | deaf", "stubborn | deaf")

    supervised.process.send_signal(number)

    assert supervised.process.wait(PATIENCE) == 0
    assert len(supervised.family) == 4
    assert supervised.leftovers() == []


def test_a_second_signal_does_not_wait_for_anybody(supervise: Supervise) -> None:
    supervised = supervise(grace=600, good=GOOD, stubborn=STUBBORN)
    supervised.await_output("good | good began", "stubborn | deaf")
    good = supervised.child("good")

    supervised.process.send_signal(signal.SIGINT)
    until(lambda: not good.is_running() or good.status() == "zombie")
    until(lambda: ended_after_another(signal.SIGINT, supervised.process))

    assert supervised.leftovers() == []


def test_a_signal_that_comes_twice_at_once_is_one(supervise: Supervise) -> None:
    supervised = supervise(grace=3, good=GOOD, patient=PATIENT)
    supervised.await_output("good | good began", "patient | ready")

    for _ in range(2):
        supervised.process.terminate()
        until(lambda: "patient | asked" in supervised.output)
    supervised.process.wait(PATIENCE)

    assert "patient | done" in supervised.output


def test_children_go_with_a_supervisor_that_is_killed(supervise: Supervise) -> None:
    supervised = supervise(good=GOOD, stubborn=STUBBORN)
    supervised.await_output("good | good began", "stubborn | deaf")

    supervised.process.kill()

    until(lambda: supervised.leftovers() == [])


def test_a_steady_process_that_is_killed_is_started_again(supervise: Supervise) -> None:
    supervised = supervise(good=GOOD)
    supervised.await_output("good | good began")

    supervised.child("good").kill()

    supervised.await_output("good | killed by signal SIGKILL; starting it again")
    until(lambda: supervised.output.count("good began") == 2)


def test_last_words_are_heard_and_restarts_slow_down(supervise: Supervise) -> None:
    supervised = supervise(broken=BROKEN)

    until(lambda: len(pauses(supervised.output)) == 2)

    assert supervised.output.count("x" * 50000) == 2
    assert supervised.output.count("broken | no weights here") == 2
    assert pauses(supervised.output)[0] < 1 < pauses(supervised.output)[1] < 2


def test_what_the_others_need_is_stopped_last(supervise: Supervise, tmp_path: Path) -> None:
    supervised = supervise(store=FAREWELL, first=FAREWELL, second=FAREWELL)
    supervised.await_output("store | ready", "first | ready", "second | ready")

    supervised.process.terminate()
    supervised.process.wait(PATIENCE)

    assert (tmp_path / "order").read_text().splitlines()[-1] == "store.py"


def test_a_failing_story_stops_the_processes_and_is_told() -> None:
    async def story(supervisor: processes.Supervisor) -> None:
        supervisor.start("good", [sys.executable, "-c", GOOD])
        raise LookupError("the story went wrong")

    with pytest.raises(LookupError, match="went wrong"):
        processes.run(story, grace=1, say=lambda _name, _line: None)
