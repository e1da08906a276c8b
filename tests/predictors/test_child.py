"""A child runs predictions on one loaded model and says what they make."""

from pathlib import Path
from typing import Any

import pytest

from predictors import child
from predictors.events import Event, Log, Metric, Tick
from tests.predictors import running
from tests.predictors.running import Start

RESULTS: dict[str, tuple[str, dict[str, Any], list[Event]]] = {
    "a plain return": (
        "echo",
        {"value": {"a": [1, 2.5, None]}},
        [running.whole({"a": [1, 2.5, None]})],
    ),
    "no output": ("echo", {}, [running.whole(None)]),
    "a list": ("echo", {"value": ["a"]}, [running.whole(["a"])]),
    "pieces": ("countdown", {"start": 2}, [running.piece("2"), running.piece("1")]),
    "no pieces": ("countdown", {"start": 0}, [running.whole([])]),
    "a function": ("function", {"name": "you"}, [running.whole(["hello you"] * 2)]),
    "a coroutine": ("async_whole", {"text": "x"}, [Log("began\n"), running.whole("x")]),
    "asynchronous pieces": (
        "async_pieces",
        {"start": 2},
        [running.piece("2"), running.piece("1"), Log("closed\n")],
    ),
    "no asynchronous pieces": ("async_pieces", {"start": 0}, [Log("closed\n"), running.whole([])]),
    "a secret": ("secret", {"token": "abc"}, [Log("token: **********\n"), running.whole(3)]),
    "choices": ("choices", {"size": 512}, [running.whole("DDIM 512")]),
    "unknown inputs are dropped": ("echo", {"value": 1, "other": 2}, [running.whole(1)]),
    "a set": ("odd_values", {"kind": "set"}, [running.whole([1])]),
    "none": ("odd_values", {"kind": "none"}, [running.whole(None)]),
    "a structure": (
        "model_output",
        {"count": 1},
        [running.whole({"boxes": [{"left": 0, "label": "thing"}], "note": None, "picture": None})],
    ),
}


@pytest.mark.parametrize(("behaviour", "values", "events"), RESULTS.values(), ids=RESULTS.keys())
def test_a_prediction_says_what_it_makes(
    start: Start, behaviour: str, values: dict[str, Any], events: list[Event]
):
    runner = start(behaviour)

    said = running.run(runner, **values)

    assert running.logs(said) == running.logs(events)
    assert running.without_logs(said) == running.without_logs(events)


def test_hello_world_says_hello(start: Start):
    runner = start("echo", folder=Path(child.__file__).parent / "hello_world")

    assert running.run(runner, text="Alice") == [running.whole("hello Alice")]


def test_what_may_be_left_out_has_its_default_each_time(start: Start):
    runner = start("optional")
    nothing = {"bare": None, "described": None, "seed": None, "tags": ["draft"], "plain": None}

    assert running.run(runner) == [running.whole(nothing)]
    assert running.run(runner, tags=[], seed=4) == [
        running.whole(nothing | {"tags": [], "seed": 4})
    ]


def test_the_model_is_kept_between_predictions(start: Start):
    runner = start("echo")
    pid = runner.pid

    for number in range(20):
        assert running.run(runner, str(number), value=number) == [running.whole(number)]

    assert runner.pid == pid
    assert runner.is_alive


FAILURES = {
    "a message": ("broken", {"message": "boom"}, "boom"),
    "no message": ("broken", {"message": ""}, "ValueError"),
    "an exit": ("broken", {"message": "over", "kind": "SystemExit"}, "over"),
    "half a character": ("broken", {"message": "\ud800"}, "?"),
    "what no database keeps": ("broken", {"message": "a\0b"}, "ab"),
    "what the runner let pass": ("forges", {"message": "\ud800\0x\udfff"}, "\ufffdx\ufffd"),
    "a missing input": ("function", {}, "Input validation error: name: Field required"),
    "not a number": (
        "odd_values",
        {"kind": "nan"},
        "The output holds nan, which JSON cannot carry.",
    ),
    "infinity": (
        "odd_values",
        {"kind": "infinity"},
        "The output holds inf, which JSON cannot carry.",
    ),
    "bytes": (
        "odd_values",
        {"kind": "bytes"},
        "The output holds bytes, which JSON cannot carry; return a Path or a string.",
    ),
    "an object": (
        "odd_values",
        {"kind": "object"},
        "The output holds a object, which JSON cannot carry.",
    ),
    "too much": (
        "odd_values",
        {"kind": "large"},
        "The output takes 65 MiB as JSON; at most 64 MiB are carried.",
    ),
}


@pytest.mark.parametrize(("behaviour", "values", "error"), FAILURES.values(), ids=FAILURES.keys())
def test_a_failure_is_told_in_the_words_of_the_exception(
    start: Start, behaviour: str, values: dict[str, Any], error: str
):
    runner = start(behaviour)

    with pytest.raises(child.PredictionFailed) as raised:
        running.run(runner, **values)

    assert str(raised.value) == error
    assert runner.is_alive


def test_a_failure_leaves_its_traceback_in_the_logs_without_our_frames(start: Start):
    error, events = running.finish(start("broken").events("a", {}))

    assert error is child.PredictionFailed
    assert 'predict.py", line' in running.logs(events)
    assert running.logs(events).endswith("ValueError: boom\n")
    assert "cog/server" not in running.logs(events)


def test_too_large_an_input_fails_the_prediction_alone(start: Start):
    runner = start("echo")

    with pytest.raises(child.PredictionFailed, match="The input takes 64 MiB as JSON"):
        running.run(runner, value="x" * (64 << 20))

    assert running.run(runner, value=1) == [running.whole(1)]


def test_a_large_message_goes_both_ways(start: Start):
    text = "x" * (8 << 20)

    assert running.run(start("echo"), value=text) == [running.whole(text)]


@pytest.mark.parametrize("values", [{}, {"fails": True}], ids=["success", "failure"])
def test_metrics_say_what_they_stand_at_in_the_end(start: Start, values: dict[str, Any]):
    _, events = running.finish(start("metrics").events("a", values))

    metrics = {event.name: event.value for event in events if isinstance(event, Metric)}
    assert metrics == {
        "tokens": 5,
        "steps": ["load", "run"],
        "time": {"load": 0.5, "run": 1.5},
        "gone": None,
    }


def test_nothing_new_for_half_a_second_is_told(start: Start):
    events = start("slow").events("a", {"seconds": 0.6})

    assert list(events) == [Log("began\n"), Tick(), running.whole("slept")]


def test_a_file_from_the_worker_reaches_the_model(start: Start, tmp_path: Path):
    pages = [tmp_path / "one.txt", tmp_path / "two.txt"]
    for page in pages:
        page.write_text(page.stem)

    [output] = running.run(start("files"), page=pages[0], pages=pages)

    assert output == running.whole("data:text/plain;base64,b25lIG9uZSB0d28=")


@pytest.mark.parametrize("value", ["/etc/hostname", "https://example.com/a.png", "data:,x", 4])
def test_a_path_that_a_client_made_up_is_refused(start: Start, value: object):
    with pytest.raises(child.PredictionFailed, match=r"page: .* is no fetched file"):
        running.run(start("files"), page=value)
