"""The task that looks, by the clock, for what was lost or is overdue."""

from app import upkeep
from config.queues import SWEEP_TASK
from tasks.celery import celery


@celery.task(name=SWEEP_TASK)
def sweep() -> None:
    """Set right what was lost or is overdue."""
    upkeep.sweep()
