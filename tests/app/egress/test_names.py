import itertools
import socket
import threading
import time
from ipaddress import ip_address

import pytest

from app import egress
from app.egress.outcomes import UNREACHABLE
from tests.receiver import Receiver


def test_a_lookup_that_hangs_ends_at_the_deadline_or_when_cut(failure, loopback, monkeypatch):
    over = threading.Event()
    line = egress.Line()
    monkeypatch.setattr(socket, "getaddrinfo", _resolver(lambda _: over.wait() and []))
    threading.Timer(0.1, line.cut).start()

    late = failure("http://slow.example/", seconds=0.2)
    cut = failure("http://slow.example/", line=line)

    over.set()
    assert (late.kind, cut.kind) == ("dns", "cut")


def test_no_one_can_tell_refused_from_filtered_or_unknown(post, failure, loopback, monkeypatch):
    places = {"closed.example": ["127.0.0.1"], "inside.example": ["10.0.0.1"]}
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    monkeypatch.setattr(socket, "getaddrinfo", _resolver(places.get))

    refused = failure(f"http://closed.example:{port}/")
    unknown = failure("http://unknown.example/")
    with pytest.raises(egress.Denied) as denied:
        post("http://inside.example/")

    assert (refused.kind, unknown.kind) == ("refused", "dns")
    assert "inside.example leads to 10.0.0.1; port 80" in denied.value.reason
    assert {refused.shown, unknown.shown, denied.value.shown} == {UNREACHABLE}


def test_a_connection_that_nobody_takes_fails_in_its_own_time(failure, loopback):
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        port = full.getsockname()[1]
        waiting = [_half_open(port) for _ in range(4)]
        started = time.monotonic()

        failed = failure(f"http://127.0.0.1:{port}/", connect_seconds=0.2)

        for each in waiting:
            each.close()
    assert failed.kind == "unreachable"
    assert time.monotonic() - started < 1


def _half_open(port: int) -> socket.socket:
    half_open = socket.socket()
    half_open.settimeout(0)
    half_open.connect_ex(("127.0.0.1", port))
    return half_open


def test_a_name_with_one_denied_address_is_denied(post, configure, monkeypatch):
    with Receiver(host="127.0.0.2") as receiver, Receiver(port=receiver.port) as canary:
        configure(egress_allow=f"127.0.0.2:{receiver.port}")
        both = _resolver(lambda _: ["127.0.0.2", "127.0.0.1"])
        monkeypatch.setattr(socket, "getaddrinfo", both)

        with pytest.raises(egress.Denied):
            post(f"http://both.example:{receiver.port}/")

    assert receiver.connections == canary.connections == 0


def test_a_name_that_changes_its_mind_gains_nothing(post, configure, monkeypatch):
    answers = itertools.chain([["127.0.0.2"]], itertools.repeat(["127.0.0.1"]))
    with Receiver(host="127.0.0.2") as receiver, Receiver(port=receiver.port) as canary:
        configure(egress_allow=f"127.0.0.2:{receiver.port}")
        monkeypatch.setattr(socket, "getaddrinfo", _resolver(lambda _: next(answers)))
        url = f"http://rebinding.example:{receiver.port}/"

        assert post(url).status == 200
        egress.door.doors.mine.close()
        with pytest.raises(egress.Denied):
            post(url)

    assert (receiver.connections, canary.connections) == (1, 0)


def test_the_next_address_is_tried_where_one_refuses(post, configure, monkeypatch):
    with Receiver(host="127.0.0.2") as receiver:
        configure(egress_allow=f"127.0.0.0/8:{receiver.port}")
        both = _resolver(lambda _: ["127.0.0.3", "127.0.0.2"])
        monkeypatch.setattr(socket, "getaddrinfo", both)

        answer = post(f"http://both.example:{receiver.port}/")

    assert answer.status == 200
    assert receiver.requests[0].headers["host"] == f"both.example:{receiver.port}"


def _resolver(find):
    """A stand-in for the machine's resolver, which looks literal addresses up by itself."""

    def getaddrinfo(host, *_: object, **__: object):
        try:
            found = [str(ip_address(host))]
        except ValueError:
            found = find(host) or []
        return [(0, 0, 0, "", (address, 0)) for address in found]

    return getaddrinfo
