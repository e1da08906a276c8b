"""Large files in and out, and a thousand readers held: beside Flask by itself."""

import functools
import http.client
import re
import selectors
import socket
import statistics
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil

from bench import hearth, noop, plain_flask
from bench.rows import Budget, Measure, Row

PEER = "plain Flask"
MODELS = Path(__file__).parent / "models"
CATALOG = "\n".join(
    f'[[model]]\nname = "bench/{name}"\nfolder = "{MODELS / name}"\n' for name in ("maker", "ticks")
)
BYTES = 64 * 2**20
MB = 1e6
READERS = 1000
HELD = {"count": 4, "pause": 4}
HELD_SECONDS = 16  # long enough for all readers to come
BOUNDARY = uuid.uuid4().hex
CHUNK = 1 << 20
ITEM = re.compile(rb"data: ([\d.]+)")


@contextmanager
def rows(folder: Path) -> Iterator[list[Row]]:
    """The rows, while Hearth and Flask are up."""
    with ExitStack() as stack:
        enter = stack.enter_context
        redis = enter(noop.redis(folder))
        service = enter(hearth.running(f"unix://{redis}", folder, CATALOG))
        port, pid = enter(plain_flask.running(folder))
        made = service.predictor("bench/maker", {"size": BYTES})()["output"]
        yield [
            Row(
                "upload",
                "MB/s",
                PEER,
                Budget(0.5, 0.8, more_is_better=True),
                functools.partial(_upload, service.port, "/v1/files", service.token),
                functools.partial(_upload, port, "/upload", service.token),
            ),
            Row(
                "download",
                "MB/s",
                PEER,
                Budget(0.5, 0.8, more_is_better=True),
                functools.partial(_download, service.port, urlsplit(made).path),
                functools.partial(_download, port, "/download"),
            ),
            Row(
                "held_reader",
                "kB",
                PEER,
                Budget(3, 1.5),
                _readers(_web(service.pid), functools.partial(_stream, service)),
                _readers(_worker(pid), lambda: (port, f"/events?until={_now() + HELD_SECONDS}")),
            ),
            Row(
                "held_reader_delay_p50",
                "ms",
                PEER,
                Budget(200, 100, of_ratio=False),
                functools.partial(_delay, functools.partial(_stream, service)),
                functools.partial(_delay, lambda: (port, f"/events?until={_now() + HELD_SECONDS}")),
            ),
        ]


def _upload(port: int, path: str, token: str) -> float:
    head = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="content"; filename="a.bin"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    ).encode()
    body = head + bytes(BYTES) + f"\r\n--{BOUNDARY}--\r\n".encode()
    headers = {
        "Authorization": f"Bearer {token}",
        "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
    }
    with closing(http.client.HTTPConnection(hearth.ADDRESS, port)) as connection:
        began = time.perf_counter()
        connection.request("POST", path, body, headers)
        with connection.getresponse() as reply:
            assert reply.status < HTTPStatus.BAD_REQUEST, reply.read()
    return BYTES / MB / (time.perf_counter() - began)


def _download(port: int, path: str) -> float:
    with closing(http.client.HTTPConnection(hearth.ADDRESS, port)) as connection:
        began = time.perf_counter()
        connection.request("GET", path)
        with connection.getresponse() as reply:
            size = sum(len(piece) for piece in iter(lambda: reply.read(CHUNK), b""))
    assert size == BYTES, size
    return BYTES / MB / (time.perf_counter() - began)


def _readers(server: psutil.Process, ask: Callable[[], tuple[int, str]]) -> Measure:
    return functools.partial(_held, server, server.memory_info().rss, ask)


def _held(server: psutil.Process, idle: int, ask: Callable[[], tuple[int, str]]) -> float:
    """What one held reader takes of a server's memory; all of them are told of the end.

    Memory that a server has had stays with it, so it is compared with what it had at first.
    """
    port, path = ask()
    with ExitStack() as stack:
        readers = []
        for _ in range(READERS):
            connection = stack.enter_context(
                closing(http.client.HTTPConnection(hearth.ADDRESS, port, timeout=60))
            )
            connection.request("GET", path)
            readers.append(connection.getresponse())
        held = server.memory_info().rss - idle
        ended = sum(b"event: done" in reader.read() for reader in readers)
    assert ended == READERS, ended
    return held / READERS / 1000


def _delay(ask: Callable[[], tuple[int, str]]) -> float:
    """From the moment an item is made to each of the readers, in milliseconds: the median."""
    port, path = ask()
    request = f"GET {path} HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n".encode()
    with ExitStack() as stack, selectors.DefaultSelector() as ready:
        for _ in range(READERS):
            reader = stack.enter_context(socket.create_connection((hearth.ADDRESS, port)))
            reader.sendall(request)
            ready.register(reader, selectors.EVENT_READ)
        all_there = _now()
        delays = [late for made, late in _heard(ready) if made > all_there]
    assert len(delays) >= READERS, len(delays)
    return statistics.median(delays) * 1000


def _heard(ready: selectors.BaseSelector) -> Iterator[tuple[float, float]]:
    """When each item that a reader hears was made, and how late it is."""
    while ready.get_map():
        for key, _ in ready.select():
            reader: Any = key.fileobj
            said = reader.recv(CHUNK)
            for item in ITEM.findall(said):
                yield float(item), _now() - float(item)
            if not said:
                ready.unregister(reader)


def _now() -> float:
    return time.time()  # noqa: TID251  the model's own clock


def _stream(service: hearth.Hearth) -> tuple[int, str]:
    prediction = service.create("bench/ticks", HELD)
    return service.port, urlsplit(prediction["urls"]["stream"]).path


def _worker(pid: int) -> psutil.Process:
    """The process that answers, below gunicorn's master."""
    [worker] = psutil.Process(pid).children()
    return worker


def _web(pid: int) -> psutil.Process:
    """The web process of a whole Hearth."""
    [master] = [each for each in psutil.Process(pid).children() if "gunicorn" in each.cmdline()]
    return _worker(master.pid)
