"""A prediction comes to one end, and the worker is told of all before it first."""

import asyncio
import json
import signal
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

from predictors.runner.cog import CancelationException, record_metric
from predictors.runner.cog.server import channel
from predictors.runner.cog.server.cancelation import Cancelation
from predictors.runner.cog.server.channel import Channel
from predictors.runner.cog.server.serial import Serial

Run = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def cancelation() -> Iterator[Cancelation]:
    before = signal.getsignal(signal.SIGUSR1)
    yield Cancelation()
    signal.signal(signal.SIGUSR1, before)


@pytest.fixture
def run(cancelation: Cancelation) -> Iterator[Run]:
    """Run a function as prediction "a"; gives what the worker was told."""
    loop = asyncio.new_event_loop()
    ours, theirs = socket.socketpair()

    def predict(function: Callable[..., Any], **values: Any) -> list[dict[str, Any]]:
        worker = Channel(theirs.detach(), "", 0)
        request = {"id": "a", "input": values, "files": []}
        Serial(function, loop, worker, cancelation).run(request)
        worker._socket.close()
        with ours.makefile("rb") as lines:
            return [json.loads(line) for line in lines]

    with ours, theirs:
        yield predict
    loop.close()


def pieces() -> Iterator[int]:
    record_metric("count", 1)
    yield 1
    record_metric("count", 2)


async def asynchronous_pieces() -> AsyncIterator[int]:
    yield 1


async def asynchronous() -> int:
    return 1


async def asynchronous_generator() -> Iterator[int]:
    return pieces()


def whole() -> Iterator[int]:
    return iter([1])


def output(value: Any, *, is_piece: bool) -> dict[str, Any]:
    return {"kind": "output", "id": "a", "value": value, "files": [], "is_piece": is_piece}


def metric(value: Any) -> dict[str, Any]:
    return {"kind": "metric", "id": "a", "name": "count", "value": value}


def end(status: str, error: str | None = None) -> dict[str, Any]:
    return {"kind": "end", "id": "a", "status": status, "error": error}


SUCCESSES = {
    pieces: [metric(1), output(1, is_piece=True), metric(2)],
    asynchronous_pieces: [output(1, is_piece=True)],
    asynchronous: [output(1, is_piece=False)],
    asynchronous_generator: [metric(1), output(1, is_piece=True), metric(2)],
    whole: [output(1, is_piece=True)],
}


@pytest.mark.parametrize("function", SUCCESSES, ids=lambda function: function.__name__)
def test_a_success_ends_what_was_made(run: Run, function: Callable[..., Any]):
    assert run(function) == [*SUCCESSES[function], end("succeeded")]


@pytest.mark.parametrize("raised", [KeyError, KeyboardInterrupt, SystemExit, CancelationException])
def test_whatever_is_raised_is_a_failure_of_this_prediction(
    run: Run, capfd: pytest.CaptureFixture[str], raised: type[BaseException]
):
    def predict() -> str:
        raise raised

    assert run(predict) == [end("failed", raised.__name__)]
    assert capfd.readouterr().err.rstrip().endswith(raised.__name__)


def test_a_cancel_that_came_first_wins_over_all_that_was_made(run: Run, cancelation: Cancelation):
    cancelation.request("a")

    assert run(pieces) == [end("canceled")]


def test_a_cancel_between_two_pieces_closes_the_generator(run: Run, cancelation: Cancelation):
    closed = []

    def predict() -> Iterator[int]:
        try:
            yield 1
            cancelation.request("a")
            yield 2
        finally:
            closed.append(True)

    assert run(predict) == [output(1, is_piece=True), end("canceled")]
    assert closed == [True]


def test_a_canceled_task_ends_where_it_waits(run: Run, cancelation: Cancelation):
    async def predict() -> None:
        cancelation.request("a")
        await asyncio.sleep(60)

    assert run(predict) == [end("canceled")]


def test_an_output_that_is_too_large_is_a_failure(run: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(channel, "LARGEST_MESSAGE", 200)

    [told] = run(lambda: "x" * 200)

    assert told["status"] == "failed"
    assert told["error"].startswith("The output takes 0 MiB as JSON")


def test_the_requests_of_the_worker_are_read_to_their_end():
    ours, theirs = socket.socketpair()
    with ours:
        ours.sendall(channel.bundle([b'{"id":"a"}\n']) + channel.bundle([b'{"id":"b"}\n'] * 2))

    worker = Channel(theirs.detach(), "", 0)
    requests = list(worker.requests())
    worker._socket.close()

    assert requests == [[{"id": "a"}], [{"id": "b"}, {"id": "b"}]]
