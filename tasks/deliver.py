"""The task that makes the attempts which are due for a prediction's webhook."""

import functools

from app import deliveries, egress, queues
from app.once import Once
from app.tables import Delivery
from config import settings
from config.queues import DELIVER_TASK
from tasks.alarm import Alarm
from tasks.celery import celery
from tasks.origins import Origins

FARTHEST_ALARM_SECONDS = 60  # what is due later is found by the sweeper

_lines: dict[str, egress.Line] = {}  # attempts under way, by prediction


@celery.task(name=DELIVER_TASK)
def deliver(prediction_id: str) -> None:
    """Deliver what is due for a prediction, in order; then let in who waited for its receiver."""
    head = deliveries.head(prediction_id)
    if head is None or _make_way(head):
        return
    origin = egress.origin(head.url)
    if not _origins().enter(origin, prediction_id):
        return
    try:
        while head and _attempt(head):
            head = deliveries.head(prediction_id)
    finally:
        if parked := _origins().leave(origin):
            queues.deliver(parked)


def _make_way(head: Delivery) -> bool:
    """Cut short an attempt that `completed` waits behind; whoever makes it goes on with that."""
    line = _lines.get(head.prediction_id)
    if line and deliveries.is_in_the_way(head):
        line.cut()
    return line is not None


def _attempt(head: Delivery) -> bool:
    """Make one attempt if it is due; whether to look for the next delivery."""
    claimed = deliveries.claim(head)
    if claimed is None:
        _come_back_for(head)
        return False
    line = _lines[head.prediction_id] = egress.Line()
    try:
        deliveries.attempt(claimed, line)
    finally:
        del _lines[head.prediction_id]
    return True


def _come_back_for(delivery: Delivery) -> None:
    pause = deliveries.pause_before(delivery)
    if pause is not None and pause < FARTHEST_ALARM_SECONDS:
        _alarm().after(pause, functools.partial(queues.deliver, delivery.prediction_id))


@Once
def _alarm() -> Alarm:
    alarm = Alarm()
    alarm.start()
    return alarm


@Once
def _origins() -> Origins:
    return Origins(settings.load().webhook.webhook_origin_limit)
