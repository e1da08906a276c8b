"""The task that runs one prediction."""

from celery.exceptions import Reject

from app import leases
from config.queues import PREDICT_TASK
from tasks import worker
from tasks.celery import celery


@celery.task(name=PREDICT_TASK)
def predict(prediction_id: str) -> None:
    """Run one prediction on the model this worker holds."""
    instance = worker.instance()
    if not instance.load():
        raise Reject("the worker is leaving", requeue=True)
    journal = leases.take(prediction_id, instance.id)
    if journal is None:  # canceled in the queue, or another worker was faster
        return
    with instance.holding(journal.lease), leases.ending(journal):
        for event in instance.events(journal):
            leases.record(journal, event)
