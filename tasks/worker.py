"""A model's worker: a Celery worker on one queue, with the model loaded before it takes work."""

import gc
import signal
import socket
import sys
import threading
from typing import Any

from celery import signals
from celery.worker.control import control_command

from app import files
from config import settings
from config.queues import CANCEL_COMMAND
from predictors import catalog
from tasks.celery import celery
from tasks.instance import Instance

_instances: list[Instance] = []


def instance() -> Instance:
    """The loaded model of this process."""
    return _instances[0]


def main(ref: str) -> None:
    """Be the worker of a model until told to stop."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # Celery puts its own in place later
    mine = Instance(catalog.find(catalog.read(settings.load().model.models), ref))
    _instances.append(mine)
    files.clear()
    try:
        threading.Thread(target=mine.beat_for_ever, name="beat", daemon=True).start()
        if mine.load():
            celery.worker_main(_arguments(mine))
    finally:
        mine.leave()


def _arguments(mine: Instance) -> list[str]:
    name = mine.id.partition("@")[0]
    return [
        "--quiet",  # no banner
        "worker",
        f"--hostname={name}@{socket.gethostname()}",
        f"--queues={mine.entry.queue}",
        f"--concurrency={mine.entry.slots}",
        f"--loglevel={settings.load().log.log_level}",
        "--without-gossip",  # grows with the square of the workers
        "--without-mingle",
    ]


@signals.worker_ready.connect
def _freeze(**_details: Any) -> None:
    """Have the collector pass over what lives as long as the process."""
    gc.collect()
    gc.freeze()


@signals.worker_shutting_down.connect
def _drain(**_details: Any) -> None:
    """Soft shutdown does nothing for threads, so running predictions are handed back by us."""
    for mine in _instances:
        threading.Thread(target=mine.drain, name="drain", daemon=True).start()


@control_command(name=CANCEL_COMMAND, args=[("prediction_id", str)])
def _cancel_prediction(_state: Any, prediction_id: str) -> None:
    for mine in _instances:
        mine.cancel(prediction_id)
