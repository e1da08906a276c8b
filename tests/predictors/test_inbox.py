"""Messages are put together from whatever pieces arrive, and nothing else is taken for one."""

import json
import socket
from collections.abc import Iterator

import pytest

from predictors import inbox
from predictors.inbox import Inbox


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def test_a_message_is_given_once_it_is_whole(ends: tuple[socket.socket, socket.socket]):
    ours, theirs = ends
    messages = Inbox(ours)

    theirs.sendall(b'{"kind": "ready"}\n{"kind": "re')
    first = messages.receive()
    theirs.sendall(b'ady"')
    second = messages.receive()
    theirs.sendall(b"}\n")

    assert (first, second, messages.receive()) == ([{"kind": "ready"}], [], [{"kind": "ready"}])


def test_the_end_is_an_end(ends: tuple[socket.socket, socket.socket]):
    ours, theirs = ends
    theirs.sendall(b'{"half"')
    theirs.close()
    messages = Inbox(ours)

    assert messages.receive() == []
    with pytest.raises(EOFError):
        messages.receive()


NO_MESSAGES = [
    *(b"no JSON\n", b"\xff\n", b"\n", b"1\n", b"{}\n", b'{"kind": "other"}\n'),
    *(b'{"kind": "log", "id": "a"}\n', b'{"kind": "log", "id": 1, "text": ""}\n'),
]


@pytest.mark.parametrize("line", NO_MESSAGES)
def test_what_is_no_message_is_refused(ends: tuple[socket.socket, socket.socket], line: bytes):
    ours, theirs = ends
    theirs.sendall(line)

    with pytest.raises(inbox.Unreadable, match="no message"):
        Inbox(ours).receive()


def test_a_message_without_an_end_does_not_fill_the_memory(
    ends: tuple[socket.socket, socket.socket], monkeypatch: pytest.MonkeyPatch
):
    ours, theirs = ends
    monkeypatch.setattr(inbox, "LARGEST_MESSAGE", 10)
    monkeypatch.setattr(inbox, "RECEIVE_BYTES", 8)
    messages = Inbox(ours)
    theirs.sendall(json.dumps("x" * 100).encode())

    messages.receive()
    messages.receive()

    with pytest.raises(inbox.Unreadable, match="in one message"):
        messages.receive()
