"""The runner seen from the worker: start, predict, cancel, stop.

A child holds one loaded model and runs one prediction at a time. `events` belongs to one thread;
`cancel` and `stop` may come from any other.
"""

import collections
import contextlib
import math
import re
import time
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

from config import environment
from predictors import catalog, process
from predictors.events import Event, Log, Metric, Output, Tick
from predictors.lines import Lines
from predictors.runner.cog.server import channel

TICK_SECONDS = 0.5
SETUP_LOG_CHARACTERS = 1 << 20
LONE_SURROGATE = re.compile("[\ud800-\udfff]")


class SetupFailed(Exception):
    """The model's setup raised, or took too long."""

    def __init__(self, message: str, logs: str) -> None:
        super().__init__(message)
        self.message = message
        self.logs = logs


class RunnerLost(Exception):
    """The runner's process is gone."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class PredictionFailed(Exception):
    """The model's code raised; the text is the prediction's error."""


class PredictionCanceled(Exception):
    """The prediction was canceled, and runs no more."""


class Child:
    """One runner, started again as often as needed."""

    def __init__(self, entry: catalog.Entry, *, cancel_grace: float) -> None:
        self._entry = entry
        self._cancel_grace = cancel_grace
        self._process: process.Process | None = None
        self._canceled: str | None = None
        self.setup_logs = ""

    @property
    def is_alive(self) -> bool:
        """Whether there is a process."""
        return self._process is not None and self._process.is_alive

    @property
    def pid(self) -> int | None:
        """The process's id, which is its group's too; None before the start."""
        return self._process.pid if self._process else None

    def start(self, timeout: float) -> None:
        """Start the process and load the model; raises SetupFailed or RunnerLost."""
        self.stop()
        self._canceled = None
        self.setup_logs = ""
        try:
            self._process = process.Process(
                self._entry.entry_point, folder=self._entry.folder, environment=self._environment()
            )
            self._set_up(self._process, timeout)
        except process.Gone as gone:
            self.stop()
            raise RunnerLost(gone.reason) from gone
        except SetupFailed:
            self.stop()
            raise

    def events(self, prediction_id: str, input: dict[str, Any]) -> Iterator[Event]:  # noqa: A002
        """Run a prediction: what it says, up to its success; every other end is raised.

        A `pathlib.Path` in the input is a file for the model. Raises PredictionFailed,
        PredictionCanceled or RunnerLost. Closed early, it first gets the runner free again.
        """
        if self._process is None:
            raise RunnerLost("not started")
        self._process.discard()
        self._process.send(_request(prediction_id, input))
        events = self._events(self._process, prediction_id)
        try:
            for event in events:  # noqa: UP028  closing must not close `events` as well
                yield event
        except GeneratorExit:
            # Until this prediction has ended the runner can serve no other.
            self.cancel(prediction_id)
            with contextlib.suppress(PredictionFailed, PredictionCanceled, RunnerLost):
                collections.deque(events, maxlen=0)
            raise

    def cancel(self, prediction_id: str) -> None:
        """Stop this prediction; a model that goes on is killed after the grace."""
        self._canceled = prediction_id
        if self._process:
            self._process.tell(prediction_id)

    def stop(self) -> None:
        """End the process and all that it started; stopping twice is as good as once."""
        if self._process:
            self._process.end("stopped")
            self._process.close()

    def _environment(self) -> dict[str, str]:
        weights = {"COG_WEIGHTS": self._entry.weights} if self._entry.weights else {}
        return {**environment.passed_on(), **self._entry.environment, **weights}

    def _set_up(self, runner: process.Process, timeout: float) -> None:
        deadline = time.monotonic() + timeout
        lines = Lines()
        messages: list[dict[str, Any]] = []
        try:
            while not messages:
                printed, messages = runner.read(max(0, deadline - time.monotonic()))
                self._keep(lines.feed(printed))
                if not messages and time.monotonic() >= deadline:
                    raise SetupFailed(
                        f"Setup took longer than {timeout:g} seconds.", self.setup_logs
                    )
        finally:
            self._keep(lines.flush())
        if messages[0]["kind"] == "setup_failed":
            raise SetupFailed(_text(messages[0]["error"]), self.setup_logs)

    def _keep(self, text: str) -> None:
        self.setup_logs = (self.setup_logs + text)[-SETUP_LOG_CHARACTERS:]

    def _events(self, runner: process.Process, prediction_id: str) -> Iterator[Event]:
        lines = Lines()
        try:
            for printed, messages in self._readings(runner, prediction_id):
                end = next((each for each in messages if each["kind"] == "end"), None)
                text = lines.feed(printed) + (lines.flush() if end else "")
                yield from _said(text, messages)
                if not printed and not messages:
                    yield Tick()
                if end:
                    _finish(end)
                    return
        except process.Gone as gone:
            yield from _said(lines.flush(), [])
            if self._canceled == prediction_id:
                raise PredictionCanceled from gone
            raise RunnerLost(gone.reason) from gone

    def _readings(self, runner: process.Process, prediction_id: str) -> Iterator[process.Reading]:
        """What the runner says; a model that goes on after its cancel is killed."""
        kill_at = math.inf
        while True:
            yield runner.read(min(TICK_SECONDS, max(0, kill_at - time.monotonic())))
            if self._canceled != prediction_id:
                continue
            kill_at = min(kill_at, time.monotonic() + self._cancel_grace)
            if time.monotonic() >= kill_at:
                runner.end("did not stop when canceled")


def _request(prediction_id: str, values: dict[str, Any]) -> bytes:
    """The message that asks for a prediction, with a list of the files that are handed over."""
    items = [item for value in values.values() for item in _items(value)]
    files = [str(item) for item in items if isinstance(item, PurePath)]
    message = {"id": prediction_id, "input": values, "files": files}
    try:
        return channel.pack(message, what="input")
    except (channel.MessageTooLarge, TypeError, ValueError) as error:
        raise PredictionFailed(str(error)) from error


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _said(text: str, messages: list[dict[str, Any]]) -> Iterator[Event]:
    if text:
        yield Log(text)
    for message in messages:
        if message["kind"] != "end":
            yield _event(message)


def _event(message: dict[str, Any]) -> Event:
    if message["kind"] == "output":
        return Output(message["value"], is_piece=message["is_piece"])
    return Metric(message["name"], message["value"])


def _finish(message: dict[str, Any]) -> None:
    if message["status"] == "canceled":
        raise PredictionCanceled
    if message["status"] == "failed":
        raise PredictionFailed(_text(message["error"]))


def _text(sent: str) -> str:
    """Text as databases keep it: the runner, which the model shares, is not trusted to send it."""
    return LONE_SURROGATE.sub("\ufffd", sent.replace("\0", ""))
