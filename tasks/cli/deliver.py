"""`hearth deliver`: the worker that sends webhooks."""

import socket

import click

from config import queues, settings
from tasks.celery import celery


@click.command(short_help="Send webhooks.")
def command() -> None:
    """Send the webhooks that are due, and try again those that failed, until stopped.

    Any number may run, on any machine that reaches Redis and the database.
    """
    chosen = settings.load()
    celery.worker_main(
        [
            "--quiet",
            "worker",
            f"--hostname=deliver@{socket.gethostname()}",
            f"--queues={queues.WEBHOOKS}",
            "--pool=threads",
            f"--concurrency={chosen.webhook.webhook_threads}",
            f"--loglevel={chosen.log.log_level}",
            "--without-gossip",
            "--without-mingle",
        ]
    )
