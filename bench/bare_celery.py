"""The peer: the same greeting by Celery alone, as a person would write it.

A task, a Redis broker and a Redis result backend; one worker with `--pool=threads --concurrency=1`
and every other option as Celery brings it: acknowledged early, four messages prefetched, gossip,
mingle and heartbeats on, no events, nothing logged below WARNING. `delay().get()` is the call.

`with_events` is the same with the events that Flower lives on, the worker's and the sender's.
"""

import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from celery import Celery

from bench import children
from bench.clients import Call

TEXT = "bench"
REPLY_SECONDS = 30
NANOSECONDS_IN_A_MILLISECOND = 1e6

plain = Celery("plain")
with_events = Celery("with_events")
with_events.conf.update(worker_send_task_events=True, task_send_sent_event=True)
APPS = {app.main: app for app in (plain, with_events)}


def greet(text: str) -> str:
    """What the hello-world model does."""
    return f"hello {text}"


def started_at() -> int:
    """When the task's body began, by the machine's clock."""
    return time.time_ns()


for _app in APPS.values():
    _app.task(greet, name="greet")
    _app.task(started_at, name="started_at")


@dataclass(frozen=True)
class Peer:
    """An application's name, and its broker and result backend."""

    app: str
    url: str

    def caller(self) -> Call:
        """A client's call: ask, and wait for the answer."""
        task = self._task("greet")

        def call() -> None:
            answer = task.delay(TEXT).get(timeout=REPLY_SECONDS)
            assert answer == f"hello {TEXT}"

        return call

    def milliseconds_to_start(self, count: int) -> float:
        """From the call of `delay()` to the task's body, the median of so many."""
        task = self._task("started_at")
        waits: list[int] = []
        for _ in range(count):
            called = time.time_ns()
            waits.append(task.delay().get(timeout=REPLY_SECONDS) - called)
        return statistics.median(waits) / NANOSECONDS_IN_A_MILLISECOND

    def _task(self, name: str) -> Any:
        app = APPS[self.app]
        app.conf.update(broker_url=self.url, result_backend=self.url)
        return app.tasks[name]


@contextmanager
def running(app: Celery, socket: Path, folder: Path, *, database: int) -> Iterator[Peer]:
    """One worker of an application on a Redis server, until the block is left."""
    peer = Peer(app.main, f"redis+socket://{socket}?virtual_host={database}")
    places = ["-b", peer.url, "--result-backend", peer.url]
    command = [sys.executable, "-m", "celery", "-A", f"bench.bare_celery:{peer.app}", *places]
    options = ["worker", "--pool=threads", "--concurrency=1"]
    with children.child([*command, *options], folder / f"{peer.app}.log"):
        peer.caller()()
        yield peer
