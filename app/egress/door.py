"""The door itself: each thread's guarded connections, and what went wrong on one, in a word."""

import logging
import ssl
import threading
from collections.abc import Iterator
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError, IncompleteRead
from urllib3.exceptions import TimeoutError as Urllib3TimeoutError
from urllib3.poolmanager import PoolManager
from urllib3.util import Retry

from app.egress import wire
from app.egress.line import Line
from app.egress.outcomes import Failed

ORIGINS_KEPT = 8

# Identity, and never decoded: half a megabyte of gzip can hold half a gigabyte.
HEADERS = {"Accept-Encoding": "identity", "User-Agent": "Hearth"}
BROKEN = (Failed, requests.RequestException, HTTPError)
_KINDS: dict[str, tuple[type[BaseException], ...]] = {
    "timeout": (requests.Timeout, TimeoutError, Urllib3TimeoutError),
    "tls": (requests.exceptions.SSLError, ssl.SSLError),
    "reset": (ConnectionError,),
    "short": (IncompleteRead,),
}

logging.getLogger("urllib3").setLevel(logging.ERROR)  # its warnings quote whole URLs


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


doors = _Doors()


def send(request: requests.PreparedRequest, line: Line) -> requests.Response:
    """Send, and once more where all that failed is a kept connection the receiver had closed."""
    line.has_dialed = False
    try:
        return _try(request, line)
    except Failed as error:
        if error.kind != "reset" or line.has_dialed:
            raise
    return _try(request, line)


def _try(request: requests.PreparedRequest, line: Line) -> requests.Response:
    try:
        return doors.mine.send(request, stream=True)
    except BROKEN as error:
        raise failure(error, line) from error


def failure(error: BaseException, line: Line) -> Failed:
    """What an error of sending or reading comes to."""
    if isinstance(error, Failed) and not line.is_cut:
        return error
    return Failed("cut" if line.is_cut else _kind(error))


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
