"""The Llama folder in its own process, with many predictions at once."""

import contextlib
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from predictors.catalog import Entry
from predictors.child import Child, PredictionCanceled
from predictors.events import Log, Metric, Output
from tests.predictors.llama_engines import FOLDER, WEIGHTS

PLACES = 32
LONG = {"min_tokens": 1500, "max_tokens": 1500}


@pytest.fixture(scope="module")
def child() -> Iterator[Child]:
    entry = Entry(
        owner="meta",
        name="llama",
        version="0" * 64,
        folder=FOLDER,
        entry_point="predict.py:Predictor",
        weights=WEIGHTS,
        concurrency=PLACES,
    )
    child = Child(entry, cancel_grace=10)
    child.start(timeout=60)
    yield child
    child.stop()


def run(child: Child, name: str, **values: Any) -> tuple[str, str, dict[str, Any]]:
    """The text, the log and the metrics."""
    events = list(child.events(name, {"max_tokens": 40, **values}))
    text = "".join(event.value for event in events if isinstance(event, Output))
    log = "".join(event.text for event in events if isinstance(event, Log))
    return text, log, {event.name: event.value for event in events if isinstance(event, Metric)}


def test_the_log_names_the_engine(child: Child) -> None:
    assert child.setup_logs.endswith("(continuous)\n")


def test_many_at_once_write_what_each_writes_alone(child: Child) -> None:
    asked = [{"prompt": f"What is {at} + {at}?", "seed": at} for at in range(PLACES)]
    alone = [run(child, f"alone-{at}", **values)[0] for at, values in enumerate(asked)]

    with ThreadPoolExecutor(PLACES) as pool:
        started = [pool.submit(run, child, f"{at}", **values) for at, values in enumerate(asked)]
        results = [future.result(timeout=60) for future in started]

    assert [text for text, _, _ in results] == alone
    assert [log for _, log, _ in results] == [f"Using seed: {at}\n" for at in range(PLACES)]
    assert {metrics["input_token_count"] > 10 for _, _, metrics in results} == {True}


def test_a_canceled_one_ends_at_once_and_the_others_go_on(child: Child) -> None:
    asked = {"prompt": "Count to twelve.", "seed": 1}
    alone = run(child, "before", **asked)[0]
    written = threading.Event()

    def write() -> int:
        pieces = 0
        with contextlib.suppress(PredictionCanceled):
            for event in child.events("canceled", {"prompt": "Hello", **LONG}):
                pieces += isinstance(event, Output)
                written.set()
            pytest.fail("it came to its end")
        return pieces

    with ThreadPoolExecutor(2) as pool:
        canceled = pool.submit(write)
        assert written.wait(20)
        beside = pool.submit(run, child, "beside", **asked)
        child.cancel("canceled")

        assert canceled.result(timeout=20) < LONG["max_tokens"] / 2
        assert beside.result(timeout=20)[0] == alone


def test_what_one_asks_for_in_vain_fails_no_other(child: Child) -> None:
    with ThreadPoolExecutor(2) as pool:
        fails = pool.submit(run, child, "fails", prompt="Hi", prompt_template="no place for it")
        works = pool.submit(run, child, "works", prompt="What is 12 + 30?")

        assert "prompt_template has no {prompt} in it" in str(fails.exception(timeout=20))
        assert works.result(timeout=20)[0] == "12 + 30 = 42."
