"""Which waiting prediction goes to a queue next: decided here and nowhere else."""

from collections.abc import Sequence

from app import queues, store
from app.store.predictions import Message
from config import settings

A_FEW = 50
MANY = 1000


def publish(queue: str) -> None:
    """Send what is due for a message in a queue, once the open transaction stands.

    At present that is everything that waits; of a backlog a few, and the sweeper sends the rest.
    """
    _publish(queue, A_FEW)


def publish_everywhere() -> None:
    """Send what is due for a message in any queue."""
    _publish(None, MANY)


def _publish(queue: str | None, limit: int) -> None:
    pause = settings.load().model.republish_seconds
    with store.transaction():
        if due := store.predictions.publish(queue, pause, limit):
            store.after_commit(_send, due)


def _send(due: Sequence[Message]) -> None:
    """Send until the broker fails; the rest is due again at the sweeper's next round."""
    for position, message in enumerate(due):
        if not queues.predict(message.id, queue=message.queue, model=message.model):
            unsent = [left.id for left in due[position:]]
            store.predictions.unpublish(unsent, settings.load().model.sweep_seconds)
            return
