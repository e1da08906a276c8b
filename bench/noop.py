"""What Hearth adds to a prediction that takes no time: beside bare Celery on the same Redis."""

import functools
import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Protocol

from bench import bare_celery, children, hearth
from bench.clients import Call, Crowd
from bench.rows import Budget, Measure, Row
from tasks import redis_server

PEER = "bare Celery"
ASIDE = "bare Celery with events"
CALLS = 80
SECONDS = 1.3
REDIS_SECONDS = 10
REDIS_OPTIONS = ("--port", "0", "--save", "", "--appendonly", "yes", "--appendfsync", "everysec")


class Contestant(Protocol):
    """A service that greets."""

    def caller(self) -> Call:
        """A client's call: ask, and wait for the answer."""

    def milliseconds_to_start(self, count: int) -> float:
        """From the ask to the start of the work, the median of so many."""


@contextmanager
def rows(folder: Path) -> Iterator[list[Row]]:
    """The rows, while the servers and clients they need are up."""
    with ExitStack() as stack:
        enter = stack.enter_context
        socket = enter(redis(folder))
        contestants: list[Contestant] = [
            enter(hearth.running(f"unix://{socket}", folder)),
            enter(bare_celery.running(bare_celery.plain, socket, folder, database=1)),
            enter(bare_celery.running(bare_celery.with_events, socket, folder, database=2)),
        ]
        crowds = [enter(Crowd(contestant.caller)) for contestant in contestants]
        calls = [contestant.caller() for contestant in contestants]
        yield [
            _row(
                "noop_latency_p50",
                "ms",
                Budget(2, 1.2),
                [functools.partial(_latency, call) for call in calls],
            ),
            _row(
                "noop_throughput_16",
                "predictions/s",
                Budget(0.5, 0.8, more_is_better=True),
                [functools.partial(crowd.calls_per_second, SECONDS) for crowd in crowds],
            ),
            _row(
                "created_to_started_p50",
                "ms",
                Budget(10, 5, of_ratio=False),
                [
                    functools.partial(contestant.milliseconds_to_start, CALLS)
                    for contestant in contestants
                ],
            ),
        ]


def _row(name: str, unit: str, budget: Budget, measures: list[Measure]) -> Row:
    ours, theirs, aside = measures
    return Row(name, unit, PEER, budget, ours, theirs, {ASIDE: aside})


def _latency(call: Call) -> float:
    """How long a call takes, in milliseconds, the median of many."""
    durations = []
    for _ in range(CALLS):
        called = time.perf_counter()
        call()
        durations.append(time.perf_counter() - called)
    return statistics.median(durations) * 1000


@contextmanager
def redis(folder: Path) -> Iterator[Path]:
    """A Redis server that keeps its data as the embedded one does; its socket."""
    socket = folder / "redis.sock"
    command = [redis_server.find(), "--unixsocket", socket, "--dir", folder, *REDIS_OPTIONS]
    with children.child(command, folder / "redis.log"):
        redis_server.wait(f"unix://{socket}", REDIS_SECONDS)
        yield socket
