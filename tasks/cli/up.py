"""`hearth up`: everything on one machine, in the foreground."""

import asyncio
from http import HTTPStatus

import click
import requests

from app import clock
from config import settings
from tasks import lock, ports, processes, procfile, redis_server
from tasks.cli import migrate, screen, welcome

GRACE_SECONDS = 3.0  # beyond the time in which running predictions may finish; more than a node's
REDIS_SECONDS = 30.0
POLL_SECONDS = 0.25
REMIND_SECONDS = 10.0
API = "the API"
MISSHAPEN = (AttributeError, KeyError, TypeError)  # an answer that is not the one we know
ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  compared with, not listened on


@click.command(short_help="Start everything on this machine.")
@click.option(
    "--no-first-prediction",
    is_flag=True,
    help="Do not run a prediction once everything is up.",
)
def command(*, no_first_prediction: bool) -> None:
    """Start Redis, if none is given, and every process of the Procfile, and watch over them.

    It stays in the foreground. Ctrl-C or SIGTERM stops everything within ten seconds and hands
    running predictions back; a second Ctrl-C stops at once.
    """

    async def story(supervisor: processes.Supervisor) -> None:
        await _tell(supervisor, with_prediction=not no_first_prediction)

    with lock.only_one():
        _check_ports()
        grace = settings.load().model.drain_seconds + GRACE_SECONDS
        processes.run(story, grace=grace, say=screen.say)


async def _tell(supervisor: processes.Supervisor, *, with_prediction: bool) -> None:
    await _start_redis(supervisor)
    token = await asyncio.to_thread(migrate.prepare)
    for name, command_line in procfile.read().items():
        supervisor.start(name, command_line)
    await _until_ready()
    if with_prediction:
        await _predict(token)
    click.echo(welcome.text(token))
    await asyncio.Event().wait()


async def _start_redis(supervisor: processes.Supervisor) -> None:
    chosen = settings.load()
    if not chosen.store.redis_url:
        supervisor.start("redis", redis_server.command(), last=True)
    await redis_server.until_up(chosen.redis_url, REDIS_SECONDS)


async def _until_ready() -> None:
    """Wait for the models to be warm; tell what is missing when that changes or takes long."""
    told, told_at, began = "", 0.0, clock.ticks()
    while missing := await asyncio.to_thread(_missing):
        if missing != told or clock.ticks() - told_at > REMIND_SECONDS:
            told, told_at = missing, clock.ticks()
            screen.tell(f"waiting for {missing} ({told_at - began:.0f} s)")
        await asyncio.sleep(POLL_SECONDS)


def _missing() -> str:
    """What /health/ready still misses; empty when it misses nothing."""
    try:
        reply = requests.get(f"{_local_url()}/health/ready", timeout=5)
        return "" if reply.status_code == HTTPStatus.OK else _named(reply.json()["checks"])
    except (requests.RequestException, *MISSHAPEN):
        return API


def _named(checks: dict[str, dict[str, bool]]) -> str:
    return ", ".join(name for name, check in checks.items() if not check["is_ok"]) or API


async def _predict(token: str) -> None:
    screen.tell(f"first prediction, of {welcome.MODEL}: {welcome.INPUT['prompt']}")
    screen.tell(await asyncio.to_thread(welcome.first_prediction, _local_url(), token))


def _local_url() -> str:
    """Where this machine reaches its own API, whatever the public address is."""
    web = settings.load().web
    host = ANYWHERE.get(web.host, web.host)
    return f"http://[{host}]:{web.port}" if ":" in host else f"http://{host}:{web.port}"


def _check_ports() -> None:
    """Refuse to start where another program listens already."""
    for port in ports.chosen():
        if obstacle := port.obstacle:
            raise click.ClickException(f"Cannot listen on {obstacle}. {port.remedy}")
