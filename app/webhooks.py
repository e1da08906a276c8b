"""Webhooks: where one may go, which event is owed, and what it says."""

import itertools
import json
from collections.abc import Callable, Mapping
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
ERROR_HEAD = 4096
NOTE_BYTES = 200
LEFT_OUT = "[Left out of this webhook: {parts}. GET the prediction to have all of it.]\n"
SHORTER: Mapping[str, Callable[[Any], Any]] = {
    "input": lambda _: {},
    "output": lambda _: None,
    "logs": lambda logs: logs[-LOGS_TAIL:],
    "error": lambda error: error and error[:ERROR_HEAD],
    "metrics": lambda _: {},
}


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
    """The prediction as GET returns it, or where that is too long, what may be left of it."""
    reply: dict[str, Any] = {**replies.prediction(prediction)}
    body = _json(reply)
    if len(body) <= BODY_BYTES:
        return body
    left_out = _too_long(reply, len(body) + NOTE_BYTES - BODY_BYTES)
    reply |= {part: SHORTER[part](reply[part]) for part in left_out}
    reply["logs"] = LEFT_OUT.format(parts=", ".join(left_out)) + reply["logs"]
    return _json(reply)


def _too_long(reply: Mapping[str, Any], surplus: int) -> list[str]:
    """The parts to shorten: logs where that is enough, else as many of the largest as it takes."""
    saved = {
        part: len(_json(reply[part])) - len(_json(shorten(reply[part])))
        for part, shorten in SHORTER.items()
    }
    if saved["logs"] >= surplus:
        return ["logs"]
    largest = sorted(saved, key=saved.__getitem__, reverse=True)
    before = itertools.accumulate((saved[part] for part in largest), initial=0)
    return [part for part, so_far in zip(largest, before, strict=False) if so_far < surplus]


def _json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
