"""The wire of an attempt: connections that go to checked addresses and end with their line."""

import contextlib
import functools
import queue
import socket
import ssl
import threading
from typing import Any

from requests.adapters import DEFAULT_CA_BUNDLE_PATH
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from app.egress import addresses
from app.egress.addresses import Address
from app.egress.line import Line, current
from app.egress.outcomes import UNREACHABLE, Denied, Failed

ADDRESSES_TRIED = 4


class Wire(socket.socket):
    """A socket whose every step counts against the line it serves.

    A timeout per read is no deadline: a receiver that drips bytes restarts it with each.
    """

    def connect(self, address: Any) -> None:
        """Connect; the caller has set the time."""
        current.get().hold(self.interrupt)
        super().connect(address)

    def send(self, *args: Any) -> int:
        """Send within the line's time."""
        self._step()
        return super().send(*args)

    def sendall(self, *args: Any) -> None:
        """Send within the line's time."""
        self._step()
        super().sendall(*args)

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        """Receive within the line's time and bytes."""
        line = self._step()
        received = super().recv_into(*args, **kwargs)
        line.count(received)
        return received

    def interrupt(self) -> None:
        """Wake the thread that waits on this socket; it sees the end of the connection."""
        with contextlib.suppress(OSError):
            # Not self.shutdown: on TLS that drops the encryption under the other thread's feet.
            socket.socket.shutdown(self, socket.SHUT_RDWR)

    def hang_up(self) -> None:
        """Close for good; after close() alone a reader left in a traceback keeps it open."""
        with contextlib.suppress(OSError):
            socket.close(self.detach())

    def _step(self) -> Line:
        line = current.get()
        line.hold(self.interrupt)
        self.settimeout(line.seconds_left())
        return line


class SecureWire(Wire, ssl.SSLSocket):
    """The same under TLS."""

    def do_handshake(self, *args: Any) -> None:
        """Shake hands within the line's time."""
        self._step()
        super().do_handshake(*args)


def dial(connection: HTTPConnection) -> socket.socket:
    """Connect to the host, provided that all of its addresses are allowed."""
    current.get().has_dialed = True
    host, port = connection.host, connection.port
    found = _resolve(host)
    for address in found:
        if not addresses.is_allowed(address, port):
            reason = f"{host} leads to {address}; port {port} there may not be connected to."
            raise Denied(reason, shown=UNREACHABLE)
    return _connect(found[:ADDRESSES_TRIED], port)


def _resolve(host: str) -> list[Address]:
    """Look a host up; a lookup cannot be interrupted, so that a thread of its own waits for it."""
    if address := addresses.literal(host):
        return [address]
    line = current.get()
    answer: queue.SimpleQueue[list[Address]] = queue.SimpleQueue()
    line.hold(lambda: answer.put([]))
    threading.Thread(target=_look_up, args=(host, answer), daemon=True).start()
    with contextlib.suppress(queue.Empty):
        if found := answer.get(timeout=line.seconds_left()):
            return found
    raise Failed("dns")


def _look_up(host: str, answer: queue.SimpleQueue[list[Address]]) -> None:
    try:
        answer.put(addresses.of(host))
    except (OSError, UnicodeError):
        answer.put([])


def _connect(found: list[Address], port: int) -> Wire:
    """Connect to the first address that takes the call; each has an equal share of the time."""
    line = current.get()
    share = min(line.connect_seconds, line.seconds_left()) / len(found)
    kind = "unreachable"
    for address in found:
        try:
            return _open(address, port, share)
        except ConnectionRefusedError:
            kind = "refused"
        except OSError:
            kind = "unreachable"
    raise Failed(kind)


def _open(address: Address, port: int, seconds: float) -> Wire:
    with contextlib.ExitStack() as failing:
        wire = failing.enter_context(Wire(addresses.family(address), socket.SOCK_STREAM))
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        wire.settimeout(seconds)
        wire.connect((str(address), port))
        failing.pop_all()
    return wire


class _Connection(HTTPConnection):
    _new_conn = dial

    def getresponse(self) -> Any:
        wire: Any = self.sock
        with contextlib.ExitStack() as failing:
            failing.callback(wire.hang_up)
            response = super().getresponse()
            failing.pop_all()
        return response


class _SecureConnection(_Connection, HTTPSConnection):
    pass


class Pool(HTTPConnectionPool):
    """Connections to one origin without TLS."""

    ConnectionCls = _Connection


class SecurePool(HTTPSConnectionPool):
    """Connections to one origin with TLS."""

    ConnectionCls = _SecureConnection


@functools.cache
def trust() -> ssl.SSLContext:
    """Whom we trust: the machine's authorities (SSL_CERT_FILE replaces them) and Mozilla's."""
    context = ssl.create_default_context()
    context.load_verify_locations(DEFAULT_CA_BUNDLE_PATH)
    context.sslsocket_class = SecureWire
    return context
