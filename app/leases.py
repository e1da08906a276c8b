"""Leases: a worker's right to write one prediction: taken, recorded under, ended, given up."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import structlog

from app import clock, dispatch, endings, outputs, store, webhooks
from app.errors import Unavailable
from app.status import Status
from app.store.predictions import Lease
from app.streams import writing
from app.tables import Prediction
from config import settings
from predictors import child, events

log = structlog.get_logger()

STARTS_AGAIN = "The model's process {reason}. Starting again: attempt {attempt} of {all}.\n"
GIVEN_UP = "The model's process {reason}. Given up after {all} attempts."
UNEXPECTED = "The worker failed unexpectedly; its log says why. Create the prediction again."


LOGS_HEAD, LOGS_TAIL, LOGS_SLACK = 256 * 1024, 512 * 1024, 256 * 1024
LOGS_CUT = "\n[... the middle of these logs is left out ...]\n"


class LeaseLost(Exception):
    """The prediction has ended or is another worker's now: nothing more may be written."""


@dataclass
class Journal:
    """What a prediction has said under one lease, and when that was last written down."""

    lease: Lease
    account_id: str
    input: dict[str, Any]
    attempt: int
    logs: str
    flushed_at: float
    is_streamed: bool = False
    output: Any = None
    metrics: dict[str, Any] = field(default_factory=dict)
    unwritten: set[str] = field(default_factory=set)

    def note(self, event: events.Event) -> None:
        """Add what the model said."""
        match event:
            case events.Output(value, is_piece=True):
                self.output = self.output or []
                self.output.append(value)
                self.unwritten.add(webhooks.OUTPUT)
                if self.is_streamed:
                    writing.put(self.lease, len(self.output) - 1, value)
            case events.Output(value):
                self.output = value
                self.unwritten.add(webhooks.OUTPUT)
            case events.Log(text):
                self.logs = _capped(self.logs + text)
                self.unwritten.add(webhooks.LOGS)
            case events.Metric(name, value):
                self.metrics[name] = value

    def so_far(self) -> dict[str, Any]:
        """The columns that hold it."""
        return {"output": self.output, "logs": self.logs, "metrics": self.metrics}


def _capped(logs: str) -> str:
    """Logs of a size that can be written again and again: their beginning and their end."""
    if len(logs) <= LOGS_HEAD + LOGS_TAIL + LOGS_SLACK:
        return logs
    return logs[:LOGS_HEAD] + LOGS_CUT + logs[-LOGS_TAIL:]


def take(prediction_id: str, worker: str) -> Journal | None:
    """Start a prediction; None where it was canceled in the queue or another worker was faster."""
    started = store.insist(_take_once, prediction_id, worker)
    return _open_journal(started) if started else None


def _take_once(prediction_id: str, worker: str) -> Prediction | None:
    limits = settings.load().model
    with store.transaction():
        started = store.predictions.claim(
            prediction_id, worker, lease_seconds=limits.lease_seconds, attempts=limits.attempts
        )
        if started and started.lease_number == 1:
            webhooks.owe(started, webhooks.START)
    return started


def renew(leases: Iterable[Lease]) -> set[str]:
    """Prolong leases; the ids of the predictions whose lease still held."""
    return store.predictions.renew(leases, settings.load().model.lease_seconds)


def record(journal: Journal, event: events.Event) -> None:
    """Note what the model said; write it down, and tell the webhook, at most every half second."""
    if isinstance(event, events.Output) and event.files:
        event = store.insist(_keep_files, event, journal.lease)
    if isinstance(event, (events.Waits, events.Began)):
        has_begun = isinstance(event, events.Began)
        store.insist(store.predictions.time, journal.lease, has_begun=has_begun)
    journal.note(event)
    pause = settings.load().model.flush_seconds
    if journal.unwritten and clock.ticks() - journal.flushed_at >= pause:
        try:
            _flush(journal)
        except Unavailable:
            log.warning("flush_postponed", prediction_id=journal.lease.prediction_id)
        journal.flushed_at = clock.ticks()


def _keep_files(output: events.Output, lease: Lease) -> events.Output:
    kept = outputs.keep(output, lease)
    if kept is None:
        raise LeaseLost
    return kept


@contextmanager
def ending(journal: Journal) -> Iterator[None]:
    """Give the prediction its end, whichever way the block is left."""
    try:
        yield
    except LeaseLost:
        log.info("lease_lost", prediction_id=journal.lease.prediction_id)
    except child.PredictionFailed as error:
        _end(journal, Status.FAILED, error=str(error))
    except child.PredictionCanceled:
        _end(journal, Status.CANCELED)
    except child.RunnerLost as error:
        if error.has_run:
            _lose_runner(journal, error.reason)
        else:
            store.insist(hand_back, journal.lease)
    except Exception:
        log.exception("prediction_broke", prediction_id=journal.lease.prediction_id)
        _end(journal, Status.FAILED, error=UNEXPECTED)
    else:
        _end(journal, Status.SUCCEEDED)


def hand_back(lease: Lease) -> None:
    """Let another worker run the prediction, as if this attempt had not been."""
    with store.transaction():
        if freed := store.predictions.let_go(lease, counts=False):
            dispatch.publish(freed.queue)


def _open_journal(started: Prediction) -> Journal:
    lease = Lease(started.id, started.lease_number)
    written = clock.ticks()
    if started.webhook:  # whoever listens is told of the first output at once
        written -= settings.load().model.flush_seconds
    return Journal(
        lease,
        started.account_id,
        started.input,
        started.attempts,
        started.logs,
        written,
        is_streamed=started.stream_key is not None,
    )


def _flush(journal: Journal) -> None:
    lease = journal.lease
    with store.transaction():
        written = store.predictions.change(
            lease.prediction_id, journal.so_far(), where=[Status.PROCESSING], lease=lease
        )
        if written is None:
            raise LeaseLost
        webhooks.owe(written, *sorted(journal.unwritten, reverse=True))
    journal.unwritten.clear()


def _end(journal: Journal, status: Status, error: str | None = None) -> None:
    changes = {**journal.so_far(), "error": error}
    lease = journal.lease
    store.insist(endings.end, lease.prediction_id, status, lease=lease, changes=changes)


def _lose_runner(journal: Journal, reason: str) -> None:
    """Have a prediction whose model died under it taken up again, while it has attempts left."""
    most = settings.load().model.attempts
    if journal.attempt >= most:
        _end(journal, Status.FAILED, error=GIVEN_UP.format(reason=reason, all=most))
        return
    again = STARTS_AGAIN.format(reason=reason, attempt=journal.attempt + 1, all=most)
    journal.note(events.Log(again))
    store.insist(_start_again, journal)


def _start_again(journal: Journal) -> None:
    with suppress(LeaseLost), store.transaction():
        _flush(journal)
        if freed := store.predictions.let_go(journal.lease, counts=True):
            dispatch.publish(freed.queue)
