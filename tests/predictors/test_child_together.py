"""Several predictions run in one process at once, each for itself."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from predictors import child
from predictors.child import Child
from predictors.events import Began, Event, Log, Metric, Tick, Waits
from tests.predictors import running
from tests.predictors.running import Start

Ending = tuple[type[Exception] | None, list[Event]]
Begin = Callable[..., "Prediction"]


class Prediction:
    """A prediction that runs in a thread of its own."""

    def __init__(self, runner: Child, prediction_id: str, values: dict[str, Any], **how: Any):
        events = runner.events(prediction_id, values, **how)
        self._events = map(running.inline, events)
        self.seen: list[Event] = []
        self.began = threading.Event()
        self._ending: Ending | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        def noted() -> Iterator[Event]:
            for event in self._events:
                self.seen.append(event)
                if isinstance(event, Log) and "began" in event.text:
                    self.began.set()
                yield event

        self._ending = running.finish(noted())

    def end(self) -> Ending:
        self._thread.join(timeout=20)
        assert self._ending
        error, events = self._ending
        return error, [event for event in events if event != Tick()]


@pytest.fixture
def begin() -> Begin:
    def start(runner: Child, name: str, *, alone: bool = False, **values: Any) -> Prediction:
        return Prediction(runner, name, {"name": name, **values}, alone=alone)

    return start


def test_as_many_run_at_once_as_the_catalogue_says(start: Start, begin: Begin):
    runner = start("together", concurrency=3)

    predictions = [begin(runner, name, beside=3) for name in "abc"]

    for name, prediction in zip("abc", predictions, strict=True):
        error, events = prediction.end()
        assert error is None
        assert running.without_logs(events) == [Metric("name", name), running.piece(name)]
        assert running.logs(events) == f"began {name}\nthread of {name}\nended {name}\n"


def test_one_more_than_fit_waits_and_says_when_it_began(start: Start, begin: Begin):
    runner = start("together", concurrency=2)
    waiting = [begin(runner, name, beside=9) for name in "ab"]
    assert all(prediction.began.wait(20) for prediction in waiting)

    late = begin(runner, "c")
    runner.cancel("a")

    assert waiting[0].end()[0] is child.PredictionCanceled
    error, events = late.end()
    assert error is None
    assert events[:2] == [Waits(), Began()]


def test_each_fails_or_is_canceled_for_itself(start: Start, begin: Begin):
    runner = start("together", concurrency=3)
    ends = {"a": "raise", "b": "wait", "c": "return"}
    predictions = {name: begin(runner, name, beside=3, end=end) for name, end in ends.items()}

    error, events = predictions["a"].end()
    runner.cancel("b")

    assert error is child.PredictionFailed
    assert "ValueError: a broke" in running.logs(events)
    assert predictions["b"].end()[0] is child.PredictionCanceled
    assert predictions["c"].end()[0] is None
    assert runner.is_alive


def test_one_that_waits_for_room_is_canceled_at_once(start: Start, begin: Begin):
    runner = start("slow")
    busy = begin(runner, "a")
    assert busy.began.wait(20)
    late = begin(runner, "b")

    runner.cancel("b")

    assert late.end() == (child.PredictionCanceled, [Waits()])
    runner.cancel("a")
    assert busy.end()[0] is child.PredictionCanceled


def test_a_crash_is_told_to_all_and_what_waited_had_not_run(start: Start):
    runner = start("slow")
    ends: list[child.RunnerLost] = []

    def run(prediction_id: str) -> None:
        try:
            running.run(runner, prediction_id)
        except child.RunnerLost as lost:
            ends.append(lost)

    threads = [threading.Thread(target=run, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    assert running.eventually(lambda: bool(runner._runs and runner._runs._waiting))
    runner.stop()
    for thread in threads:
        thread.join(20)

    assert sorted(end.has_run for end in ends) == [False, True]


def test_a_suspect_runs_alone(start: Start, begin: Begin):
    runner = start("together", concurrency=3)
    beside = begin(runner, "a", end="wait")
    assert beside.began.wait(20)

    suspect = begin(runner, "b", alone=True, end="crash")
    late = begin(runner, "c", beside=1)
    runner.cancel("a")

    assert beside.end()[0] is child.PredictionCanceled
    assert suspect.end()[0] is child.RunnerLost
    assert late.end() == (child.RunnerLost, [Waits()])


def test_a_function_that_is_not_asynchronous_is_refused(start: Start):
    with pytest.raises(child.SetupFailed, match="predict must be async def to run 2 at once"):
        start("echo", concurrency=2)


@pytest.fixture
def batching(start: Start, begin: Begin) -> tuple[Child, Prediction]:
    """A runner that is busy, so that what comes now gathers."""
    runner = start("batches", batch_size=3, batch_keys=("size",))
    busy = begin(runner, "busy", seconds=60)
    assert busy.began.wait(20)
    return runner, busy


def test_what_gathers_with_equal_keys_runs_together(
    batching: tuple[Child, Prediction], begin: Begin
):
    runner, busy = batching
    alike = [begin(runner, name) for name in "abc"]
    other = begin(runner, "d", size=2)
    assert running.eventually(lambda: bool(runner._runs and len(runner._runs._waiting) == 4))

    runner.cancel("busy")

    assert busy.end()[0] is child.PredictionCanceled
    for name, prediction in zip("abc", alike, strict=True):
        error, events = prediction.end()
        assert error is None
        assert running.logs(events) == f"began 3 together\nthis is {name}\n"
        assert events[-2:] == [Metric("together", 3), running.whole(f"{name} of 3")]
    assert other.end()[1][-1] == running.whole("d alone")


def test_a_bad_one_fails_alone(
    batching: tuple[Child, Prediction], begin: Begin, capfd: pytest.CaptureFixture[str]
):
    runner, _ = batching
    good, bad = begin(runner, "a"), begin(runner, "b", bad=True)
    assert running.eventually(lambda: bool(runner._runs and len(runner._runs._waiting) == 2))

    runner.cancel("busy")

    error, events = good.end()
    assert error is None
    assert running.logs(events) == "began 2 together\nbegan a\n"
    assert events[-1] == running.whole("a alone")
    error, events = bad.end()
    assert error is child.PredictionFailed
    assert running.logs(events).endswith("ValueError: b is bad\n")
    assert "ValueError: one is bad" in capfd.readouterr().err


def test_a_canceled_one_leaves_its_batch_at_once(batching: tuple[Child, Prediction], begin: Begin):
    runner, _ = batching
    stays, leaves = begin(runner, "a", seconds=3), begin(runner, "b", seconds=3)
    assert running.eventually(lambda: bool(runner._runs and len(runner._runs._waiting) == 2))
    runner.cancel("busy")
    assert stays.began.wait(20)

    runner.cancel("b")

    assert leaves.end()[0] is child.PredictionCanceled
    assert stays.end()[1][-1] == running.whole("a of 2")


def test_a_batch_of_canceled_ones_is_left(batching: tuple[Child, Prediction], begin: Begin):
    runner, _ = batching
    batch = [begin(runner, name, seconds=60) for name in "ab"]
    assert running.eventually(lambda: bool(runner._runs and len(runner._runs._waiting) == 2))
    runner.cancel("busy")
    assert batch[0].began.wait(20)

    for name in "ab":
        runner.cancel(name)

    assert [prediction.end()[0] for prediction in batch] == [child.PredictionCanceled] * 2
    assert begin(runner, "c").end()[1][-1] == running.whole("c alone")


FILES_AT_ONCE = {"entry_point": "predict.py:AtOnce", "concurrency": 3}


def test_files_of_predictions_that_run_at_once_are_their_own(start: Start, begin: Begin):
    runner = start("files_together", **FILES_AT_ONCE)

    predictions = [begin(runner, name) for name in "abc"]

    for name, prediction in zip("abc", predictions, strict=True):
        assert prediction.end() == (None, [running.whole(text_file(name))])


def test_files_of_a_batch_are_their_own(start: Start, begin: Begin):
    runner = start("files_together", batch_size=3)
    busy = begin(runner, "busy", seconds=0.5)

    batch = [begin(runner, name) for name in "ab"]

    assert busy.end()[0] is None
    ends = [prediction.end()[1][-1] for prediction in batch]
    assert ends == [running.whole([text_file(f"{at} of 2")]) for at in range(2)]


def text_file(text: str) -> str:
    return running.data_url("out.txt", text.encode())
