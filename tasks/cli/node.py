"""`hearth node`: the workers of one machine."""

import asyncio
from collections.abc import Iterator

import click

from config import settings
from predictors import catalog
from tasks import processes

GRACE_SECONDS = 2.0  # beyond the time in which running predictions may finish


@click.command(short_help="Run every worker this machine shall have.")
def command() -> None:
    """Start the workers of every model in the catalogue, and start again those that die.

    Each model gets as many as its min_instances says.
    """
    grace = settings.load().model.drain_seconds + GRACE_SECONDS
    processes.run(_keep_workers, grace=grace, say=_say)


async def _keep_workers(supervisor: processes.Supervisor) -> None:
    for name, ref in _instances():
        supervisor.start(name, ["hearth", "worker", ref])
    await asyncio.Event().wait()


def _instances() -> Iterator[tuple[str, str]]:
    """A name for each worker, and its model."""
    for entry in catalog.read(settings.load().model.models):
        for number in range(1, entry.min_instances + 1):
            yield (f"{entry.ref} {number}" if entry.min_instances > 1 else entry.ref), entry.ref


def _say(name: str, line: str) -> None:
    click.echo(f"{name} | {line}")
