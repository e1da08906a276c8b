"""A real HTTP server for tests: records what comes in and answers as it is told, well or badly.

with Receiver() as receiver:
    receiver.answer(status=500, times=3)           # then 200 again
    ...                                            # something posts to receiver.url
    receiver.wait_for(4, timeout=5)
    receiver.verify(secret)
"""

import itertools
import json
import math
import socket
import ssl
import struct
import threading
import time
from collections import deque
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from replicate.webhook import Webhooks, WebhookSigningSecret

RESET_ON_CLOSE = struct.pack("ii", 1, 0)


@dataclass(frozen=True)
class Request:
    """One request as it arrived; header names are in lower case, `at` is time.monotonic()."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    at: float

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Reply:
    """What one request is answered: with HTTP, with raw bytes, or with a closed connection."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    delay: float = 0
    drop: bool = False
    reset: bool = False
    raw: Iterable[bytes] | None = None
    pause: float = 0


class Receiver:
    """A receiver on a free loopback port, for as long as its block lasts."""

    def __init__(
        self, *, host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None
    ) -> None:
        self.requests: list[Request] = []
        self.connections = 0
        self.closing = threading.Event()
        self._arrived = threading.Condition()
        self._scripted: deque[Reply] = deque()
        self._usual = Reply()
        self._server = _Server((host, port), self, tls)
        scheme = "https" if tls else "http"
        self.host, self.port = host, self._server.server_port
        shown = f"[{host}]" if ":" in host else host
        self.url = f"{scheme}://{shown}:{self.port}/hook"

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.end_connections()
        self._thread.join()
        self._server.server_close()

    def answer(self, *, times: float = 1, **reply: Any) -> None:
        """Answer the next requests so; with times=math.inf all that have no script of their own.

        status, headers, body; delay in seconds before it (math.inf hangs); drop or reset the
        connection instead; or raw pieces of bytes, written with a pause in between, then the end.
        """
        if math.isinf(times):
            self._usual = Reply(**reply)
        else:
            self._scripted.extend(itertools.repeat(Reply(**reply), int(times)))

    def wait_for(self, count: int, timeout: float = 5) -> list[Request]:
        """All requests so far, as soon as there are that many; fails the test at the timeout."""
        with self._arrived:
            arrived = self._arrived.wait_for(lambda: len(self.requests) >= count, timeout)
            assert arrived, f"{len(self.requests)} of {count} requests in {timeout} s"
            return list(self.requests)

    def verify(self, secret: str) -> None:
        """Check every signature as the official client does; raises where one is wrong."""
        key = WebhookSigningSecret(key=secret)
        for request in self.requests:
            Webhooks.validate(
                headers=dict(request.headers), body=request.body.decode(), secret=key, tolerance=300
            )

    def take(self, request: Request) -> Reply:
        """Record a request and choose its answer."""
        with self._arrived:
            self.requests.append(request)
            self._arrived.notify_all()
            return self._scripted.popleft() if self._scripted else self._usual


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "_Server"

    def setup(self) -> None:
        if self.server.tls:
            self.request = self.server.tls.wrap_socket(self.request, server_side=True)
        self.server.open_connections.append(self.request)
        self.server.receiver.connections += 1
        super().setup()

    def finish(self) -> None:
        super().finish()
        self.request.close()  # under TLS the server holds another socket than we do

    def _serve(self) -> None:
        length = int(self.headers.get("content-length", 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(length)
        request = Request(self.command, self.path, headers, body, time.monotonic())
        self._reply(self.server.receiver.take(request))

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _serve  # noqa: N815  names of http.server

    def _reply(self, reply: Reply) -> None:
        if reply.delay:
            self._rest(reply.delay)
        if reply.reset:
            self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        if reply.reset or reply.drop:
            self.close_connection = True
        elif reply.raw is not None:
            self._write(reply.raw, reply.pause)
        else:
            self._answer(reply)

    def _answer(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in {"content-length": str(len(reply.body)), **reply.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)

    def _write(self, pieces: Iterable[bytes], pause: float) -> None:
        self.close_connection = True
        for piece in pieces:
            self.wfile.write(piece)
            if self._rest(pause):
                return

    def _rest(self, seconds: float) -> bool:
        """Pause, and say whether the receiver closes meanwhile."""
        return self.server.receiver.closing.wait(None if math.isinf(seconds) else seconds)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    request_queue_size = 128

    def __init__(
        self, address: tuple[str, int], receiver: Receiver, tls: ssl.SSLContext | None
    ) -> None:
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        super().__init__(address, _Handler)
        self.receiver = receiver
        self.tls = tls
        self.open_connections: list[socket.socket] = []

    def shutdown_request(self, request: Any) -> None:
        self.close_request(request)  # without the polite end first, so that a reset stays one

    def end_connections(self) -> None:
        for connection in self.open_connections:
            with suppress(OSError):
                socket.socket.shutdown(connection, socket.SHUT_RDWR)

    def handle_error(self, *_: object) -> None:
        """A client that went away, or would not trust us, is what some tests want."""
