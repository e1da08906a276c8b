"""Put work on a queue by task name; what cannot be put there now is found by the sweeper."""

from collections.abc import Callable
from typing import Any

from celery import Celery
from kombu import Producer
from kombu.exceptions import OperationalError

from app import breaker
from app.bulletin import Bulletin
from app.once import Once
from config import broker, queues, settings
from config.queues import CANCEL_COMMAND, DELIVER_TASK, PREDICT_TASK

ANSWER_SECONDS = 2  # a request is held that long when the broker hangs


@Once
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
    _publish(_broadcast, CANCEL_COMMAND, prediction_id=prediction_id)


def _send(task: str, prediction_id: str, **options: str) -> bool:
    sent = _publish(sender().send_task, task, args=(prediction_id,), **options)
    if sent and settings.load().flower.events:
        _bulletin().tell_sent(task, sent.id, options["queue"])
    return sent is not None


def _broadcast(command: str, *, producer: Producer, **arguments: str) -> None:
    """What `control.broadcast` does, but that tries for ever and takes a second connection."""
    exchange = sender().control.mailbox.exchange
    producer.publish(
        {"method": command, "arguments": arguments},
        exchange=exchange.name,
        declare=[exchange],
        retry=True,
        retry_policy=sender().conf.task_publish_retry_policy,
    )


def _publish(publish: Callable[..., Any], what: str, **facts: Any) -> Any:
    """Publish by one of the producers; None where the broker fails, or failed a moment ago."""
    try:
        with sender().producer_or_acquire() as producer:  # others may fail while we wait for it
            if not breaker.of_broker.is_open:
                return publish(what, producer=producer, **facts)
    except OperationalError as error:
        breaker.of_broker.trip(str(error))
    return None


@Once
def _bulletin() -> Bulletin:
    bulletin = Bulletin(sender())
    bulletin.start()
    return bulletin
