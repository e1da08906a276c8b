"""Items on their way to one reader: how many a second, and how soon each."""

import functools
import http.client
import json
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bench import children, environments, hearth, noop
from bench.rows import Budget, Row

PEER = "LitServe"
FOLDER = Path(__file__).parent / "models" / "ticks"
MODEL = "bench/ticks"
CATALOG = f'[[model]]\nname = "{MODEL}"\nfolder = "{FOLDER}"\n'
MANY = {"count": 10_000, "pause": 0}  # what LitServe's own test reads
FEW = {"count": 40, "pause": 0.02}
START_SECONDS = 60
DATA = b"data: "

Ask = Callable[[dict[str, Any]], Iterator[float]]


@contextmanager
def rows(folder: Path) -> Iterator[list[Row]]:
    """The rows, while Hearth and LitServe are up."""
    with ExitStack() as stack:
        enter = stack.enter_context
        socket = enter(noop.redis(folder))
        service = enter(hearth.running(f"unix://{socket}", folder, CATALOG))
        asks: list[Ask] = [functools.partial(_of_hearth, service), enter(_litserve(folder))]
        speeds, delays = ([functools.partial(measure, ask) for ask in asks] for measure in MEASURES)
        yield [
            Row(
                "stream_items_per_second",
                "items/s",
                PEER,
                Budget(1, 4, more_is_better=True),
                *speeds,
            ),
            Row("stream_item_delay_p50", "ms", PEER, Budget(10, 5, of_ratio=False), *delays),
        ]


def _speed(ask: Ask) -> float:
    """Items a second, from the question to the last one."""
    began = time.perf_counter()
    count = sum(1 for _ in ask(MANY))
    assert count == MANY["count"], count
    return count / (time.perf_counter() - began)


def _delay(ask: Ask) -> float:
    """From the model's yield to the reader, in milliseconds."""
    now = time.time  # noqa: TID251  the model's own clock
    return statistics.median((now() - item) * 1000 for item in ask(FEW))


MEASURES = (_speed, _delay)


def _of_hearth(service: hearth.Hearth, given: dict[str, Any]) -> Iterator[float]:
    url = urlsplit(service.create(MODEL, given)["urls"]["stream"])
    event = ""
    for line in _lines(service.port, "GET", url.path, None):
        if line.startswith(b"event: "):
            event = line.removeprefix(b"event: ").decode()
        elif line.startswith(DATA) and event == "output":
            yield float(line.removeprefix(DATA))


@contextmanager
def _litserve(folder: Path) -> Iterator[Ask]:
    port, log = children.free_port(), folder / "litserve.log"
    command = [environments.python("litserve"), environments.PEERS / "litserve_ticks.py", port]
    with children.child(command, log) as process:
        children.wait(lambda: hearth.is_ready(port, "/health"), process, log, START_SECONDS)
        yield functools.partial(_of_litserve, port)


def _of_litserve(port: int, given: dict[str, Any]) -> Iterator[float]:
    for line in _lines(port, "POST", "/predict", json.dumps(given)):
        if line.strip():
            yield json.loads(line)["output"]


def _lines(port: int, method: str, path: str, body: str | None) -> Iterator[bytes]:
    connection = http.client.HTTPConnection(hearth.ADDRESS, port, timeout=START_SECONDS)
    connection.request(method, path, body, {"Content-Type": "application/json"})
    with connection.getresponse() as reply:
        assert reply.status == HTTPStatus.OK, reply.read()
        for line in reply:
            yield line.rstrip(b"\r\n")
    connection.close()
