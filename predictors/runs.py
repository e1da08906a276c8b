"""The predictions of one runner process: which wait, which run, and what each is told.

One thread reads what the process says and passes it on to those who wait for it. Predictions are
sent together where the model takes batches and their keys are equal. One that has seen a process
die runs alone from then on: what kills a model takes others with it once at most.
"""

import queue
import sys
import threading
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

from predictors import process
from predictors.runner.cog.server import channel

TICK_SECONDS = 0.5
MOST_UNREAD = 64
WAITS: dict[str, Any] = {"kind": "waits"}
BEGAN: dict[str, Any] = {"kind": "began"}
CANCELED: dict[str, Any] = {"kind": "end", "status": "canceled", "error": None}


class Lost(Exception):
    """The process ended before the prediction did; `has_run` says whether it had been sent."""

    def __init__(self, reason: str, *, has_run: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.has_run = has_run


@dataclass(eq=False)
class Run:
    """One prediction in one process; predictions with equal batch keys may run together."""

    id: str
    request: bytes
    batch_key: Hashable = None
    is_alone: bool = False
    has_waited: bool = False
    _said: "queue.SimpleQueue[tuple[process.Reading | Lost, bool]]" = field(
        default_factory=queue.SimpleQueue
    )
    _room: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(MOST_UNREAD))

    def hear(self, said: process.Reading | Lost) -> None:
        """Be told something at once, however much is unread."""
        self._said.put((said, False))

    def read(self, said: process.Reading, *, patience: float) -> bool:
        """Be told what the process printed and said, once there is room; False where there is not.

        So a flood that nobody takes up waits in the process that makes it.
        """
        if has_room := self._room.acquire(timeout=patience):
            self._said.put((said, True))
        return has_room

    def listen(self, timeout: float) -> process.Reading:
        """What was printed, then what was said; nothing once the time is up; raises Lost."""
        try:
            said, took_room = self._said.get(timeout=timeout)
        except queue.Empty:
            return b"", []
        if took_room:
            self._room.release()
        if isinstance(said, Lost):
            raise said
        return said


class Runs:
    """The predictions that one process runs, and those that wait for it."""

    def __init__(self, runner: process.Process, *, concurrency: int, batch_size: int) -> None:
        self._process = runner
        self._concurrency = concurrency
        self._batch_size = batch_size
        self._waiting: list[Run] = []
        self._running: dict[str, Run] = {}
        self._lost: str | None = None
        self._lock = threading.Lock()
        self._reader = threading.Thread(target=self._read, name="runner", daemon=True)
        self._reader.start()

    def submit(self, run: Run) -> None:
        """Send a prediction as soon as there is room for it."""
        with self._lock:
            self._waiting.append(run)
            if self._lost is not None:
                self._lose(self._lost)
                return
            self._send_what_fits()
            if run.id not in self._running:
                run.has_waited = True
                run.hear((b"", [WAITS]))

    def cancel(self, prediction_id: str) -> None:
        """Stop a prediction, whether it waits, runs, or is yet to come."""
        with self._lock:
            for run in [run for run in self._waiting if run.id == prediction_id]:
                self._waiting.remove(run)
                run.hear((b"", [CANCELED]))
        self._process.tell(prediction_id)

    def join(self) -> None:
        """Wait until all was told to everybody, after the end of the process."""
        self._reader.join()

    def _read(self) -> None:
        try:
            while True:
                self._pass_on(*self._process.read(TICK_SECONDS))
        except process.Gone as gone:
            with self._lock:
                self._lost = gone.reason
                self._lose(gone.reason)
        finally:
            self._process.close()

    def _pass_on(self, printed: bytes, messages: list[dict[str, Any]]) -> None:
        """Tell each prediction what is its own; what is printed while none runs is nobody's."""
        said: dict[str, list[dict[str, Any]]] = {}
        for message in messages:
            said.setdefault(message["id"], []).append(message)
        prints = {}
        if len(self._running) == 1:
            prints = dict.fromkeys(self._running, printed) if printed else {}
        elif self._running and printed:  # by C code, or a thread of the model's
            sys.stderr.write(printed.decode(errors="replace"))
        told = {name: run for name in {**prints, **said} if (run := self._running.get(name))}
        if ended := [message["id"] for message in messages if message["kind"] == "end"]:
            self._make_room(ended)  # before whoever hears of the end sends the next one
        for name, run in told.items():
            self._tell(run, (prints.get(name, b""), said.get(name, [])))

    def _tell(self, run: Run, said: process.Reading) -> None:
        while not run.read(said, patience=TICK_SECONDS):
            if not self._process.is_alive:  # its last words are heard by whoever still listens
                run.hear(said)
                return

    def _make_room(self, ended: list[str]) -> None:
        with self._lock:
            for prediction_id in ended:
                self._running.pop(prediction_id, None)
            self._send_what_fits()

    def _send_what_fits(self) -> None:
        while self._waiting and (batch := self._next()):
            self._waiting = [run for run in self._waiting if run not in batch]
            self._running.update((run.id, run) for run in batch)
            for run in batch:
                if run.has_waited:
                    run.hear((b"", [BEGAN]))
            self._process.send(channel.bundle(run.request for run in batch))

    def _next(self) -> list[Run]:
        """The predictions to send now, the longest waiting first; none while there is no room."""
        first = self._waiting[0]
        if not self._running:
            alike = [run for run in self._waiting if run.batch_key == first.batch_key]
            together = [run for run in alike if not run.is_alone][: self._batch_size]
            return [first] if first.is_alone else together
        is_full = len(self._running) >= self._concurrency
        is_shared = not any(run.is_alone for run in (first, *self._running.values()))
        return [first] if is_shared and not is_full else []

    def _lose(self, reason: str) -> None:
        for run in self._running.values():
            run.hear(Lost(reason, has_run=True))
        for run in self._waiting:
            run.hear(Lost(reason, has_run=False))
        self._running, self._waiting = {}, []
