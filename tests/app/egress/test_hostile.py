import gzip
import itertools
import math
import socket
import threading
import time
import tracemalloc

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import egress

MB = 1024 * 1024
HEAD = b"HTTP/1.1 200 OK\r\n"
HOSTILE = {
    "hangs": ({"delay": math.inf}, "timeout"),
    "drips headers": ({"raw": [HEAD, *[b"x"] * 999], "pause": 0.02}, "timeout"),
    "continues forever": ({"raw": itertools.repeat(HEAD.replace(b"200", b"100"))}, "protocol"),
    "sends 5,000 headers": ({"raw": [HEAD, b"a: b\r\n" * 5000, b"\r\n"]}, "protocol"),
    "sends large headers": ({"raw": [HEAD, *[b"a: " + b"b" * 60000 + b"\r\n"] * 9]}, "protocol"),
    "sends a header without end": ({"raw": itertools.repeat(b"y" * 65536)}, "protocol"),
    "speaks no HTTP": ({"raw": [b"220 smtp ready\r\n"]}, "protocol"),
    "says nothing": ({"raw": [b""]}, "reset"),
    "has no length": ({"raw": [HEAD + b"Content-Length: 5, 6\r\n\r\nhello"]}, "protocol"),
    "drops": ({"drop": True}, "reset"),
    "resets": ({"reset": True}, "reset"),
}


@pytest.mark.parametrize(("reply", "kind"), HOSTILE.values(), ids=HOSTILE)
def test_a_receiver_that_gives_no_answer_fails_within_the_deadline(failure, receiver, reply, kind):
    receiver.answer(**reply)
    started = time.monotonic()

    failed = failure(receiver.url, seconds=0.4)

    assert failed.kind == kind
    assert time.monotonic() - started < 1


OVERLONG = {
    "drips its body": ({"raw": [HEAD, b"\r\n", *[b"x"] * 999], "pause": 0.02}, "xxx"),
    "sends a body without end": ({"raw": [HEAD, b"\r\n", *[b"y" * MB] * 99]}, "yyy"),
    "sends chunks without sense": (
        {"raw": [HEAD, b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\n"]},
        "",
    ),
    "ends too early": ({"raw": [HEAD, b"Content-Length: 99\r\n\r\nabc"]}, "abc"),
    "sends a bomb": (
        {"body": gzip.compress(bytes(64 * MB)), "headers": {"Content-Encoding": "gzip"}},
        "\\x1f",
    ),
}


@pytest.mark.parametrize(("reply", "excerpt"), OVERLONG.values(), ids=OVERLONG)
def test_an_answer_counts_once_its_headers_arrived(post, receiver, reply, excerpt):
    receiver.answer(**reply)
    started = time.monotonic()

    answer = post(receiver.url, seconds=0.4)

    assert answer.status == 200
    assert answer.excerpt.startswith(excerpt)
    assert time.monotonic() - started < 1


@pytest.mark.parametrize("name", ["sends large headers", "sends a header without end"])
def test_hostile_headers_cost_little_memory(failure, receiver, name):
    receiver.answer(**HOSTILE[name][0])

    assert _memory_of(lambda: failure(receiver.url)) < 4 * MB


@pytest.mark.parametrize("name", ["sends a body without end", "sends a bomb"])
def test_hostile_bodies_cost_little_memory(post, receiver, name):
    receiver.answer(**OVERLONG[name][0])

    assert _memory_of(lambda: post(receiver.url)) < 4 * MB


def _memory_of(act) -> int:
    tracemalloc.start()
    try:
        act()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    start=st.sampled_from([b"", b"HTTP/1.1 ", b"HTTP/1.1 200 OK\r\n", HEAD + b"Set-Cookie: "]),
    rest=st.binary(max_size=200),
)
def test_whatever_comes_back_is_an_answer_or_a_failure(post, receiver, start, rest):
    receiver.answer(raw=[start + rest])

    try:
        outcome = post(receiver.url).status
    except egress.Failed as failed:
        outcome = failed.kind

    assert outcome in {"reset", "protocol"} or isinstance(outcome, int)


def test_an_attempt_without_time_sends_nothing(failure, receiver):
    failed = failure(receiver.url, seconds=0)

    assert failed.kind == "timeout"
    assert receiver.connections == 0


def test_a_receiver_that_reads_slowly_cannot_stretch_the_deadline(loopback):
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        started = time.monotonic()

        with pytest.raises(egress.Failed, match="timeout"):
            egress.post(
                f"http://127.0.0.1:{deaf.getsockname()[1]}/",
                bytes(32 * MB),
                {},
                seconds=0.4,
                connect_seconds=0.2,
            )

    assert time.monotonic() - started < 1


def test_another_thread_can_cut_an_attempt(failure, receiver):
    line = egress.Line()
    receiver.answer(delay=math.inf)
    cutter = threading.Thread(target=lambda: (receiver.wait_for(1), line.cut()))
    cutter.start()
    started = time.monotonic()

    failed = failure(receiver.url, line=line)

    cutter.join()
    assert failed.kind == "cut"
    assert time.monotonic() - started < 2


def test_a_line_cut_beforehand_sends_nothing(failure, receiver):
    line = egress.Line()
    line.cut()

    assert failure(receiver.url, line=line).kind == "cut"
    assert receiver.connections == 0


def test_a_cut_after_the_attempt_harms_no_later_one(post, receiver):
    line = egress.Line()
    post(receiver.url, line=line)

    line.cut()

    assert post(receiver.url).status == 200
    assert receiver.connections == 1
