"""Whatever is printed, by whom and how, is in the logs of its prediction."""

import psutil
import pytest

from predictors import child
from predictors.events import Log
from tests.predictors import running
from tests.predictors.running import Start

NOISES = {
    "mixed": "one\ntwo\nthree\n",
    "bar": "0%\n50%\n100%\n",
    "partial": "no newline\n",
    "child": "from a child\nand its error\n",
    "raw": "café \ufffd\n",
    "stdio": "from C\n",
}


@pytest.mark.parametrize(("how", "text"), NOISES.items(), ids=NOISES.keys())
def test_all_that_is_printed_arrives_before_the_end(start: Start, how: str, text: str):
    runner = start("noisy")

    assert running.logs(running.run(runner, how=how)) == text
    assert running.logs(running.run(runner, "b", how="mixed")) == NOISES["mixed"]


def test_a_flood_arrives_whole(start: Start):
    events = running.run(start("noisy"), how="flood")

    assert running.logs(events).splitlines() == [f"line {number}" for number in range(200_000)]
    assert events[-1] == running.whole("flood") or isinstance(events[-1], Log)


def test_a_flood_that_nobody_reads_waits(start: Start):
    runner = start("noisy")
    events = runner.events("a", {"how": "endless"})
    next(events)
    model = psutil.Process(runner.pid)
    written: list[int] = []

    def stands_still() -> bool:
        written.append(model.io_counters().write_chars)
        return written.count(written[-1]) > 20

    assert running.eventually(stands_still)
    assert written[-1] < 64 << 20
    runner.cancel("a")
    assert running.finish(events)[0] is child.PredictionCanceled


def test_what_setup_prints_is_kept_apart(start: Start):
    runner = start("noisy")

    assert runner.setup_logs == "ready to make noise\n"
    assert "ready" not in running.logs(running.run(runner, how="mixed"))
