"""The one way a prediction reaches its end: status and `completed` in one transaction, once."""

from collections.abc import Mapping
from typing import Any

import structlog

from app import dispatch, live, queues, store, webhooks
from app.status import Status, sources
from app.store.predictions import Lease
from app.streams import writing
from app.tables import Prediction

log = structlog.get_logger()


def end(
    prediction_id: str,
    status: Status,
    *,
    lease: Lease | None = None,
    changes: Mapping[str, Any] | None = None,
) -> Prediction | None:
    """End a prediction, under a lease or over its worker's head; None where somebody was first."""
    with store.transaction():
        ended = store.predictions.end(
            prediction_id, {**(changes or {}), "status": status}, where=sources(status), lease=lease
        )
        if ended is None:
            return None
        store.after_commit(live.announce_end, prediction_id)  # first: somebody waits for it
        if ended.stream_key:
            store.after_commit(writing.end, prediction_id)
        webhooks.owe(ended, webhooks.COMPLETED, webhooks.OUTPUT, webhooks.LOGS)
        dispatch.publish(ended.queue)
        if ended.worker and lease is None:
            store.after_commit(queues.cancel, prediction_id)
        store.after_commit(_log, ended)
    return ended


def _log(ended: Prediction) -> None:
    log.info(
        "prediction_ended",
        prediction_id=ended.id,
        model=ended.model,
        status=ended.status.value,
        attempts=ended.attempts,
    )
