"""An instance: one loaded model, kept loaded, and the leases of what it runs."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from app import clock, files, leases, store, upkeep
from app.errors import Unavailable
from app.leases import Journal
from app.store.predictions import Lease
from app.tables import Worker
from config import settings
from predictors.catalog import Entry
from predictors.child import Child, RunnerLost, SetupFailed
from predictors.events import Event

log = structlog.get_logger()

FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 2.0, 60.0
DEATHS_BEFORE_FAILURE = 3
POLL_SECONDS = 0.05


class Instance:
    """One loaded model, kept loaded, with the leases of what it runs."""

    def __init__(self, entry: Entry) -> None:
        self.entry = entry
        self.id = f"{entry.owner}.{entry.name}.{os.getpid()}@{socket.gethostname()}"
        self.child = Child(
            entry,
            cancel_grace=settings.load().model.cancel_grace_seconds,
            place=files.place("outputs"),
            file_bytes=settings.load().files.output_file_bytes,
        )
        self._state = "booting"
        self._error: str | None = None
        self._held: dict[str, Lease] = {}
        self._lock = threading.Lock()
        self._loading = threading.Lock()
        self._stopping = threading.Event()

    def load(self) -> bool:
        """Have the model loaded, trying with growing pauses; False only once this one leaves."""
        with self._loading:
            pause, deaths = FIRST_PAUSE_SECONDS, 0
            while not self._stopping.is_set() and not self.child.is_alive:
                deaths = self._try_to_load(deaths)
                if not self.child.is_alive:
                    self._stopping.wait(pause)
                    pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
            return not self._stopping.is_set()

    @contextmanager
    def holding(self, lease: Lease) -> Iterator[None]:
        """Keep a lease renewed while the block runs; afterwards have a dead model loaded again."""
        with self._lock:
            self._held[lease.prediction_id] = lease
        try:
            yield
        finally:
            with self._lock:
                del self._held[lease.prediction_id]
            self.load()

    def events(self, journal: Journal) -> Iterator[Event]:
        """Run a prediction that is held, with its files brought: what it says, up to its success.

        One that has cost a process its life runs alone, and can cost no other prediction its run.
        """
        alone = journal.attempt > 1
        schema = self.entry.openapi_schema
        with files.received(schema, journal.input, journal.account_id) as given:
            yield from self.child.events(journal.lease.key, given, alone=alone)

    def cancel(self, prediction_id: str) -> None:
        """Stop a prediction if this instance runs it."""
        with self._lock:
            lease = self._held.get(prediction_id)
        if lease:
            self.child.cancel(lease.key)

    def beat_for_ever(self) -> None:
        """Beat until this instance stops."""
        while not self._stopping.wait(settings.load().model.beat_seconds):
            try:
                self.beat()
            except Unavailable:
                log.warning("beat_missed", worker=self.id)
            except Exception:  # without a beat every later lease would run out
                log.exception("beat_failed", worker=self.id)

    def beat(self) -> None:
        """Renew the leases, stop what lost its own, and say that this worker is there."""
        if held := self._leases():
            good = leases.renew(held)
            for lost in (lease for lease in held if lease.prediction_id not in good):
                self.child.cancel(lost.key)
        self._report()
        if self._state == "ready" and not self.child.is_alive:
            threading.Thread(target=self.load, name="reload", daemon=True).start()

    def drain(self) -> None:
        """Let running predictions finish for a while, hand back the rest, and end the model."""
        until = clock.ticks() + settings.load().model.drain_seconds
        while self._leases() and clock.ticks() < until:
            self._stopping.wait(POLL_SECONDS)
        self._stopping.set()
        for lease in self._leases():
            try:
                leases.hand_back(lease)
            except Unavailable:
                log.warning("lease_left_to_run_out", prediction_id=lease.prediction_id)
        self.child.stop()

    def leave(self) -> None:
        """End the model and be forgotten."""
        self._stopping.set()
        self.child.stop()
        try:
            store.workers.forget(self.id)
        except Unavailable:
            log.warning("worker_not_forgotten", worker=self.id)

    def _try_to_load(self, deaths: int) -> int:
        """Try once; how often in a row the process has died while loading."""
        self._say("booting")
        started = clock.ticks()
        try:
            self.child.start(settings.load().model.setup_seconds)
        except SetupFailed as error:
            self._fail(error.message)
        except RunnerLost as error:
            deaths += 1
            log.warning("runner_lost_while_loading", model=self.entry.ref, reason=error.reason)
            if deaths >= DEATHS_BEFORE_FAILURE:
                self._fail(f"its process {error.reason}")
        else:
            self._say("ready")
            seconds = round(clock.ticks() - started, 3)
            log.info("model_loaded", model=self.entry.ref, seconds=seconds)
        return deaths

    def _fail(self, reason: str) -> None:
        log.error("model_not_loaded", model=self.entry.ref, reason=reason)
        self._say("failed", reason)
        try:
            upkeep.fail_waiting(self.entry.version, reason)
        except Unavailable:
            log.warning("waiting_predictions_not_failed", model=self.entry.ref)

    def _say(self, state: str, error: str | None = None) -> None:
        self._state, self._error = state, error
        try:
            self._report()
        except Unavailable:
            log.warning("worker_not_reported", worker=self.id)

    def _report(self) -> None:
        row = Worker(
            id=self.id,
            version_id=self.entry.version,
            model=self.entry.ref,
            state=self._state,
            error=self._error,
        )
        store.workers.report(row)

    def _leases(self) -> list[Lease]:
        with self._lock:
            return list(self._held.values())
