"""Connections that are to end: every client reads its answer, and none holds up the others."""

import socket
import time
from contextlib import ExitStack

import pytest
import requests

from tests.e2e.conftest import UPLOAD_BYTES

pytestmark = pytest.mark.e2e

LAST = b"GET /health/live HTTP/1.1\r\nHost: hearth\r\nConnection: close\r\n\r\n"
UPLOAD = (
    "POST /v1/files HTTP/1.1\r\nHost: hearth\r\nAuthorization: Bearer {token}\r\n"
    "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: {size}\r\n\r\n"
)


@pytest.fixture
def connect(service):
    """Open a connection, which stays open until the test ends."""
    with ExitStack() as connections:

        def connecting():
            address = ("127.0.0.1", service.port)
            return connections.enter_context(socket.create_connection(address, timeout=10))

        yield connecting


def test_clients_that_do_not_hang_up_hold_up_nobody(service, connect):
    for _ in range(5):
        client = connect()
        client.sendall(LAST)
        assert client.recv(1000).startswith(b"HTTP/1.1 200")
    before = time.monotonic()

    requests.get(f"{service.url}/health/live", timeout=20)

    assert time.monotonic() - before < 1


def test_a_refused_upload_can_be_sent_on_until_the_answer_is_read(service, connect):
    size = 4 * UPLOAD_BYTES
    client = connect()
    client.sendall(UPLOAD.format(token=service.token, size=size).encode())

    client.sendall(bytes(size))

    assert client.recv(1000).startswith(b"HTTP/1.1 413")
