"""The runner seen from the worker: start, predict, cancel, stop.

A child holds one loaded model. It runs as many predictions at a time as its catalogue entry says,
each read by a thread of its own; `cancel` and `stop` may come from any thread.
"""

import collections
import contextlib
import json
import math
import time
from collections.abc import Hashable, Iterator
from pathlib import Path, PurePath
from typing import Any

from config import environment
from predictors import catalog, handover, preflight, process, telling, weights
from predictors.events import Event
from predictors.handover import Handover
from predictors.lines import Lines
from predictors.runner.cog.server import channel
from predictors.runs import TICK_SECONDS, Lost, Run, Runs
from predictors.telling import PredictionCanceled, PredictionFailed

__all__ = ["Child", "PredictionCanceled", "PredictionFailed", "RunnerLost", "SetupFailed"]

SETUP_LOG_CHARACTERS = 1 << 20
FILE_BYTES = 1 << 30


class SetupFailed(Exception):
    """The model's setup raised, or took too long."""

    def __init__(self, message: str, logs: str) -> None:
        super().__init__(message)
        self.message = message
        self.logs = logs


class RunnerLost(Exception):
    """The runner's process is gone; `has_run` says whether the prediction had begun in it."""

    def __init__(self, reason: str, *, has_run: bool = True) -> None:
        super().__init__(reason)
        self.reason = reason
        self.has_run = has_run


class Child:
    """One runner, started again as often as needed.

    The files of an output lie in a folder of its own at the `place`, by default the system's for
    temporary files, and may have so many bytes for each prediction.
    """

    def __init__(
        self,
        entry: catalog.Entry,
        *,
        cancel_grace: float,
        place: Path | None = None,
        file_bytes: int = FILE_BYTES,
    ) -> None:
        self._entry = entry
        self._cancel_grace = cancel_grace
        self._handover = Handover(place, file_bytes)
        self._process: process.Process | None = None
        self._runs: Runs | None = None
        self._canceled: set[str] = set()
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
        self._end()
        self._runs = None
        self._canceled.clear()
        self.setup_logs = ""
        try:
            preflight.check(self._entry)
            runner = self._load(timeout)
        except preflight.Unloadable as error:
            raise SetupFailed(str(error), "") from error
        except process.Gone as gone:
            raise RunnerLost(gone.reason) from gone
        self._runs = Runs(
            runner, concurrency=self._entry.concurrency, batch_size=self._entry.batch_size
        )

    def events(
        self,
        prediction_id: str,
        input: dict[str, Any],  # noqa: A002  what the field calls it
        *,
        alone: bool = False,
    ) -> Iterator[Event]:
        """Run a prediction: what it says, up to its success; every other end is raised.

        A `pathlib.Path` in the input is a file for the model; one that runs alone shares the model
        with no other. Raises PredictionFailed, PredictionCanceled or RunnerLost. Closed early, it
        first gets the runner free again.
        """
        if self._runs is None:
            raise RunnerLost("not started", has_run=False)
        request = _request(prediction_id, input)
        run = Run(prediction_id, request, batch_key=self._batch_key(input), is_alone=alone)
        self._runs.submit(run)
        events = self._events(run)
        try:
            for event in events:  # noqa: UP028  closing must not close `events` as well
                yield event
        except GeneratorExit:
            # Until this prediction has ended the runner may have no room for another.
            self.cancel(prediction_id)
            with contextlib.suppress(PredictionFailed, PredictionCanceled, RunnerLost):
                collections.deque(events, maxlen=0)
            raise
        finally:
            self._canceled.discard(prediction_id)

    def cancel(self, prediction_id: str) -> None:
        """Stop this prediction; a model that goes on is killed after the grace."""
        self._canceled.add(prediction_id)
        if self._runs:
            self._runs.cancel(prediction_id)

    def stop(self) -> None:
        """End the process and all that it started; stopping twice is as good as once."""
        self._end()
        self._handover.close()

    def _end(self) -> None:
        if self._process:
            self._process.end("stopped")
        if self._runs:
            self._runs.join()

    def _environment(self) -> dict[str, str]:
        told = {"COG_MAX_CONCURRENCY": str(self._entry.concurrency)}
        if place := weights.folder(self._entry):
            told["COG_WEIGHTS"] = str(place)
        return {**environment.passed_on(), **self._entry.environment, **told}

    def _batch_key(self, values: dict[str, Any]) -> Hashable:
        named = {name: values.get(name) for name in self._entry.batch_keys}
        return json.dumps(named, sort_keys=True, default=str)

    def _load(self, timeout: float) -> process.Process:
        self._handover.open()
        outbox = [str(self._handover.given), str(self._handover.most_bytes)]
        runner = process.Process(
            [*outbox, self._entry.entry_point],
            folder=self._entry.folder,
            environment=self._environment(),
        )
        self._process = runner  # from here on it can be stopped
        try:
            self._set_up(runner, timeout)
        except (process.Gone, SetupFailed):
            runner.end("was not loaded")
            runner.close()
            raise
        return runner

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
            raise SetupFailed(telling.text(messages[0]["error"]), self.setup_logs)

    def _keep(self, text: str) -> None:
        self.setup_logs = (self.setup_logs + text)[-SETUP_LOG_CHARACTERS:]

    def _events(self, run: Run) -> Iterator[Event]:
        files = self._handover.files(run.id)
        told = telling.Telling(files)
        try:
            for printed, messages in self._readings(run):
                yield from told.events(printed, messages)
                if told.is_over:
                    return
        except handover.Refused as refused:  # nothing that this process says is heard any more
            if self._process:
                self._process.end(str(refused))
            raise RunnerLost(str(refused)) from refused
        except Lost as lost:
            yield from told.rest()
            if run.id in self._canceled:
                raise PredictionCanceled from lost
            raise RunnerLost(lost.reason, has_run=lost.has_run) from lost
        finally:
            files.close()

    def _readings(self, run: Run) -> Iterator[process.Reading]:
        """What the prediction is told; a model that goes on after its cancel is killed."""
        kill_at = math.inf
        while True:
            yield run.listen(min(TICK_SECONDS, max(0, kill_at - time.monotonic())))
            if run.id not in self._canceled:
                continue
            kill_at = min(kill_at, time.monotonic() + self._cancel_grace)
            if time.monotonic() >= kill_at and self._process:
                self._process.end("did not stop when canceled")


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
