"""Put work on a queue by task name; what cannot be put there now is found by the sweeper."""

import functools

import structlog
from celery import Celery
from kombu.exceptions import OperationalError

from app.bulletin import Bulletin
from config import broker, queues, settings
from config.queues import CANCEL_COMMAND, DELIVER_TASK, PREDICT_TASK

log = structlog.get_logger()

ANSWER_SECONDS = 2  # a request is held that long when the broker hangs


@functools.cache
def sender() -> Celery:
    """The Celery application of processes that only send."""
    app = Celery("hearth", set_as_current=False)
    app.conf.update(broker.options(answer_seconds=ANSWER_SECONDS))
    return app


def predict(prediction_id: str, *, queue: str, model: str) -> bool:
    """Ask the workers of a queue to run a prediction; whether the broker took the message."""
    return _send(PREDICT_TASK, prediction_id, queue=queue, task_id=prediction_id, shadow=model)


def deliver(prediction_id: str) -> bool:
    """Ask for the attempts that are due for a prediction; whether the broker took the message."""
    return _send(DELIVER_TASK, prediction_id, queue=queues.WEBHOOKS)


def cancel(prediction_id: str) -> None:
    """Tell the workers to stop a run; one that does not hear learns it from its lease's beat."""
    try:
        sender().control.broadcast(CANCEL_COMMAND, arguments={"prediction_id": prediction_id})
    except OperationalError as error:
        log.warning("cancel_not_sent", prediction_id=prediction_id, reason=str(error))


def _send(task: str, prediction_id: str, *, queue: str, **options: str) -> bool:
    try:
        sent = sender().send_task(task, args=(prediction_id,), queue=queue, **options)
    except OperationalError as error:
        log.warning("message_not_sent", task=task, prediction_id=prediction_id, reason=str(error))
        return False
    if settings.load().flower.events:
        _bulletin().tell_sent(task, sent.id, queue)
    return True


@functools.cache
def _bulletin() -> Bulletin:
    bulletin = Bulletin(sender())
    bulletin.start()
    return bulletin
