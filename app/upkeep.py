"""Upkeep: what time does to predictions: lost workers, deadlines, lost messages, broken models."""

import structlog

from app import blobs, deliveries, dispatch, endings, live, queues, store
from app.errors import Unavailable
from app.status import Status
from app.store.predictions import Lease
from config import settings

log = structlog.get_logger()

WORKER_LOST = "The worker died while it ran the prediction, {attempts} times. Given up."
TOO_LONG = "The prediction ran longer than the model's limit of {seconds:g} seconds."
UNSERVED = "This version is no longer served. Create the prediction again with the current one."
SETUP_FAILED = "The model could not be loaded: {reason}"
SILENT_SECONDS = 24 * 3600


def sweep() -> None:
    """Look once for everything that was lost or is overdue, and set it right."""
    for step in (
        end_overdue,
        end_unserved,
        restart_lost,
        notice_new_broker,
        dispatch.publish_everywhere,
        hint_deliveries,
        forget_workers,
        remove_old_data,
        remove_files,
    ):
        try:
            step()
        except Unavailable:
            log.warning("sweep_step_skipped", step=step.__name__)


def end_overdue() -> None:
    """Cancel what passed its deadline; fail what ran longer than its model may."""
    for row in store.predictions.overdue():
        if row.deadline and row.deadline <= store.now():
            endings.end(row.id, Status.CANCELED)
        else:
            error = TOO_LONG.format(seconds=row.run_limit_seconds)
            endings.end(row.id, Status.FAILED, changes={"error": error})


def end_unserved() -> None:
    """Fail what waits for a version that the catalogue left behind, once no worker holds it."""
    for row in store.predictions.unserved(settings.load().model.lease_seconds):
        endings.end(row.id, Status.FAILED, changes={"error": UNSERVED})


def restart_lost() -> None:
    """Have predictions of lost workers taken up again; fail those that were tried enough."""
    most = settings.load().model.attempts
    for row in store.predictions.lost(most):
        lease = Lease(row.id, row.lease_number)
        if row.attempts < most:
            store.predictions.let_go(lease, counts=True)
        else:
            error = WORKER_LOST.format(attempts=row.attempts)
            endings.end(row.id, Status.FAILED, lease=lease, changes={"error": error})


def notice_new_broker() -> None:
    """Have everything published again once Redis has lost what it held."""
    if live.broker_is_new():
        waiting = store.predictions.unpublish_all()
        live.remember_broker()
        log.info("broker_is_new", waiting=waiting)


def hint_deliveries() -> None:
    """Ask again for attempts that nobody came for, while the broker takes the messages."""
    for prediction_id in deliveries.overdue():
        if not queues.deliver(prediction_id):
            return


def forget_workers() -> None:
    """Drop workers that went without a word."""
    store.workers.forget_silent(SILENT_SECONDS)


def remove_old_data() -> None:
    """Empty what ended long ago, files included; the prediction itself stays in its list."""
    old = store.retention.old(settings.load().store.retention_seconds)
    if not old:
        return
    with store.transaction():
        store.retention.remove(old)
        store.files.remove_of_predictions(old)
    log.info("old_data_removed", predictions=len(old))


def remove_files() -> None:
    """Forget files whose time is over, and remove the blobs that no file refers to."""
    if expired := store.files.remove_expired():
        log.info("files_expired", files=expired)
    blobs.sweep()


def fail_waiting(version_id: str, reason: str) -> None:
    """Fail what waits for a version that cannot be loaded, unless another worker holds it."""
    if store.workers.ready(version_id, settings.load().model.lease_seconds):
        return
    for row in store.predictions.waiting(version_id):
        error = SETUP_FAILED.format(reason=reason)
        endings.end(row.id, Status.FAILED, changes={"error": error})
