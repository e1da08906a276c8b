"""Which waiting prediction goes to a queue next: decided here and nowhere else."""

from collections.abc import Sequence

from app import queues, store
from app.tables import Prediction
from config import settings


def publish(queue: str | None = None) -> None:
    """Send what is due for a message, of one queue or all, once the open transaction stands.

    At present that is everything that waits.
    """
    pause = settings.load().model.republish_seconds
    with store.transaction():
        if due := store.predictions.publish(queue, pause):
            store.after_commit(_send, due)


def _send(due: Sequence[Prediction]) -> None:
    """Send until the broker fails; the rest is due again at the sweeper's next round."""
    for position, prediction in enumerate(due):
        if not queues.predict(prediction.id, queue=prediction.queue, model=prediction.model):
            unsent = [left.id for left in due[position:]]
            store.predictions.unpublish(unsent, settings.load().model.sweep_seconds)
            return
