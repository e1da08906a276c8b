"""The only door out: every connection to an address that a client chose goes through here.

    answer = egress.post(url, body, headers, seconds=15, connect_seconds=5, line=line)

`line.cut()` ends the attempt from another thread.
Addresses are checked when connecting, all that a name stands for, and the connection goes to the
checked address itself: a name that changes its mind in between gains nothing.
"""

import logging
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError
from urllib3.poolmanager import PoolManager
from urllib3.util import Retry

from app.egress import urls, wire
from app.egress.line import Line
from app.egress.outcomes import Answer, Denied, Failed
from app.egress.urls import check_url, origin

__all__ = ["Answer", "Denied", "Failed", "Line", "check_url", "origin", "post"]

LONGEST_BODY = 64 * 1024
LONGEST_EXCERPT = 4 * 1024
ORIGINS_KEPT = 8

# Identity, and never decoded: half a megabyte of gzip can hold half a gigabyte.
_HEADERS = {"Accept-Encoding": "identity", "User-Agent": "Hearth"}
_KINDS: dict[str, tuple[type[BaseException], ...]] = {
    "timeout": (requests.Timeout, TimeoutError),
    "tls": (requests.exceptions.SSLError, ssl.SSLError),
    "reset": (ConnectionError,),
}

logging.getLogger("urllib3").setLevel(logging.ERROR)  # its warnings quote whole URLs


def post(  # noqa: PLR0913  what is sent, and the three things that bound it
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    seconds: float,
    connect_seconds: float,
    line: Line | None = None,
) -> Answer:
    """Send one POST; raises Denied, or Failed where no status and headers came in time.

    `seconds` covers all of it, from the name lookup to the body's last byte.
    """
    started = time.monotonic()
    line = line or Line()
    content = {**headers, **_HEADERS}
    request = requests.Request("POST", urls.parse(url).url, data=body, headers=content).prepare()
    with line.taken(seconds=seconds, connect_seconds=connect_seconds):
        response = _send(request, line)
        with closing(response):
            excerpt = _text(_read(response))
    took = time.monotonic() - started
    return Answer(response.status_code, response.headers, excerpt, took)


class _Door(HTTPAdapter):
    """Sends over guarded connections, which it keeps for the next call to the same origin.

    Used without a session: so there are no redirects, proxies, cookies or netrc to switch off.
    """

    def __init__(self) -> None:
        super().__init__(max_retries=Retry(total=False))

    def init_poolmanager(self, *_: Any, **__: Any) -> None:
        """Make pools of guarded connections."""
        self.poolmanager = PoolManager(ORIGINS_KEPT, maxsize=1)
        self.poolmanager.pool_classes_by_scheme = {"http": wire.Pool, "https": wire.SecurePool}

    def build_connection_pool_key_attributes(self, *args: Any) -> Any:
        """Verify every certificate against the same authorities."""
        host, _ = super().build_connection_pool_key_attributes(*args)
        return host, {"ssl_context": wire.trust()} if host["scheme"] == "https" else {}

    def cert_verify(self, *_: Any) -> None:
        """Leave the context as it is, with its authorities loaded once."""


class _Doors(threading.local):
    """A door for each thread: its kept connections are nobody else's."""

    def __init__(self) -> None:
        self.mine = _Door()


_doors = _Doors()


def _send(request: requests.PreparedRequest, line: Line) -> requests.Response:
    """Send, and once more where all that failed is a kept connection the receiver had closed."""
    try:
        return _try(request, line)
    except Failed as error:
        if error.kind != "reset" or line.has_dialed:
            raise
    return _try(request, line)


def _try(request: requests.PreparedRequest, line: Line) -> requests.Response:
    try:
        return _doors.mine.send(request, stream=True)
    except (Failed, requests.RequestException, HTTPError) as error:
        raise Failed("cut" if line.is_cut else _kind(error)) from error


def _kind(error: BaseException) -> str:
    if isinstance(error, Failed):
        return error.kind
    for cause in _causes(error):
        for kind, classes in _KINDS.items():
            if isinstance(cause, classes):
                return kind
    return "protocol"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Walk an error and those inside it: requests and urllib3 keep each in the next's arguments."""
    inner: object = error
    while isinstance(inner, BaseException):
        yield inner
        inner = inner.args[-1] if inner.args else None


def _read(response: requests.Response) -> bytes:
    """Take what comes of the body in time; the answer stands without the rest."""
    body = bytearray()
    try:
        while piece := response.raw.read1(LONGEST_BODY - len(body), decode_content=False):
            body += piece
    except (Failed, HTTPError, OSError, ValueError):
        response.raw.close()
    return bytes(body)


def _text(body: bytes) -> str:
    """Make a body harmless to show: whatever does not print is spelled out."""
    text = body[:LONGEST_EXCERPT].decode(errors="replace")
    shown = (c if c.isprintable() or c in "\n\t" else ascii(c)[1:-1] for c in text)
    return "".join(shown)[:LONGEST_EXCERPT]
