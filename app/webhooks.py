"""Webhooks: where one may go, which event is owed, and what it says."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from app import egress, queues, replies, signing, store
from app.errors import InvalidField, InvalidInput
from app.tables import Delivery, Prediction
from config import settings

START, OUTPUT, LOGS, COMPLETED = EVENTS = ("start", "output", "logs", "completed")
INTERMEDIATE = (OUTPUT, LOGS)
DEFAULT_EVENTS = (OUTPUT, COMPLETED)
BODY_BYTES = 1024 * 1024
LOGS_TAIL = 64 * 1024
CUT = "[earlier logs are left out of this webhook]\n"


def check_target(url: str) -> None:
    """Refuse a webhook that could never be delivered, and say why."""
    try:
        egress.check_url(url)
    except egress.Denied as error:
        raise InvalidInput([InvalidField("format", "webhook", error.reason)]) from error


def owe(prediction: Prediction, *events: str) -> None:
    """Owe the first of these events that the webhook asked for, in the open transaction.

    Output and logs share one pending delivery, renewed until it is sent; `completed` drops it.
    """
    asked = prediction.webhook_events or DEFAULT_EVENTS
    event = next((event for event in events if event in asked), None)
    if not prediction.webhook or event is None:
        return
    body = _body(prediction)
    is_intermediate = event in INTERMEDIATE
    if is_intermediate and store.deliveries.replace(prediction.id, INTERMEDIATE, event, body):
        return
    if event == COMPLETED:
        store.deliveries.close_pending(prediction.id, INTERMEDIATE, "superseded")
    store.deliveries.add(_delivery(prediction, event, body))
    store.after_commit(queues.deliver, prediction.id)


def _delivery(prediction: Prediction, event: str, body: bytes) -> Delivery:
    sequence = store.deliveries.next_sequence(prediction.id)
    once = 0 if event in {START, COMPLETED} else sequence  # the same id, however it comes about
    url = urlsplit(str(prediction.webhook))
    delivery = Delivery(
        id=signing.delivery_id(prediction.account_id, prediction.id, event, once),
        prediction_id=prediction.id,
        account_id=prediction.account_id,
        event=event,
        sequence=sequence,
        url=prediction.webhook,
        target=url._replace(query="", fragment="").geturl(),
        body=body,
    )
    if event in INTERMEDIATE and (last := store.deliveries.last_attempted(prediction.id)):
        delivery.due_at = last + timedelta(seconds=settings.load().model.flush_seconds)
    return delivery


def _body(prediction: Prediction) -> bytes:
    """The prediction as GET returns it; of logs too long for a webhook, the end."""
    reply = replies.prediction(prediction)
    body = _json(reply)
    if len(body) > BODY_BYTES:
        body = _json({**reply, "logs": CUT + prediction.logs[-LOGS_TAIL:]})
    return body


def _json(reply: Mapping[str, Any]) -> bytes:
    return json.dumps(reply, separators=(",", ":")).encode()
