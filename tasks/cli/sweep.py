"""`hearth sweep`: the clock, and the worker that sets right what was lost."""

import socket
from typing import Any

import click
from celery import beat, bootsteps

from config import queues, settings
from tasks.celery import celery


class Clock(bootsteps.StartStopStep):
    """Celery's beat as a thread of the worker; `--beat` would fork a process out of one."""

    requires = ("celery.worker.components:Pool",)

    def create(self, worker: Any) -> Any:
        """The thread, which the worker starts and stops."""
        scheduler = worker.app.conf.beat_scheduler  # else the default, which keeps a pickle
        return beat.EmbeddedService(worker.app, thread=True, scheduler_cls=scheduler)


@click.command(short_help="Find what is lost or overdue.")
def command() -> None:
    """Look every few seconds for lost workers, passed deadlines and unsent messages.

    One is enough for an installation; a second does no harm.
    """
    celery.steps["worker"].add(Clock)
    celery.worker_main(
        [
            "--quiet",
            "worker",
            f"--hostname=sweep@{socket.gethostname()}",
            f"--queues={queues.SWEEP}",
            "--pool=threads",
            "--concurrency=1",
            f"--loglevel={settings.load().log.log_level}",
            "--without-gossip",
            "--without-mingle",
        ]
    )
