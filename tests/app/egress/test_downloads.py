"""Files are brought whole or not at all, however the server behaves and wherever it leads."""

import gzip
import time
from pathlib import Path

import pytest

from app import egress
from tests.receiver import Receiver

HEAD = b"HTTP/1.1 200 OK\r\n"
PICTURE = bytes(range(256)) * 1000


@pytest.fixture
def bring(tmp_path: Path):
    """Download a URL, of at most a quarter of a million bytes; what came."""

    def bring(url: str, *, longest: int = 256_000, seconds: float = 5) -> bytes:
        file = tmp_path / "file"
        egress.download(url, file, longest=longest, seconds=seconds, connect_seconds=2)
        return file.read_bytes()

    return bring


@pytest.fixture
def elsewhere(loopback):
    with Receiver(host="127.0.0.2") as receiver:
        receiver.answer(body=PICTURE)
        yield receiver


def test_a_file_arrives_as_it_is(bring, receiver):
    receiver.answer(body=PICTURE)

    assert bring(receiver.url) == PICTURE
    assert receiver.requests[0].method == "GET"
    assert receiver.requests[0].headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed(bring, receiver, elsewhere, status):
    receiver.answer(status=status, headers={"location": "/moved"})
    receiver.answer(status=status, headers={"location": elsewhere.url})

    assert bring(receiver.url) == PICTURE
    assert [request.path for request in receiver.requests] == ["/hook", "/moved"]


def test_five_redirects_are_followed_and_no_more(bring, receiver):
    receiver.answer(status=302, headers={"location": "/on"}, times=99)

    with pytest.raises(egress.Failed) as failed:
        bring(receiver.url)

    assert failed.value.shown == "It redirects more than 5 times."
    assert len(receiver.requests) == 6


LEADS = {
    "a closed address": ("http://127.0.0.1:22/", "may be connected to"),
    "the cloud's metadata": ("http://169.254.169.254/", "may be connected to"),
    "a file": ("file:///etc/passwd", "must begin with http"),
    "a login": ("http://me:secret@example.com/", "user name"),
}


@pytest.mark.parametrize(("location", "reason"), LEADS.values(), ids=LEADS)
def test_a_redirect_leads_nowhere_the_url_could_not(bring, receiver, location, reason):
    receiver.answer(status=302, headers={"location": location})

    with pytest.raises(egress.Denied) as denied:
        bring(receiver.url)

    assert reason in denied.value.shown


def test_a_redirect_from_https_to_http_is_denied():
    with pytest.raises(egress.Denied, match="https to http"):
        egress.downloads._next("https://example.com/a", "http://example.com/a")

    assert egress.downloads._next("https://example.com/a", "/b") == "https://example.com/b"


FAILURES = {
    "missing": ({"status": 404}, "The answer has the status 404."),
    "partial": ({"status": 206, "body": b"a"}, "The answer has the status 206."),
    "announced too long": ({"headers": {"content-length": "256001"}}, "larger than 256000"),
    "too long": ({"raw": [HEAD, b"\r\n", bytes(256_001)]}, "larger than 256000"),
    "ends early": ({"raw": [HEAD, b"Content-Length: 99\r\n\r\nabc"]}, "before the answer's end"),
    "chunks end early": (
        {"raw": [HEAD, b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"]},
        "not HTTP",
    ),
    "compressed": (
        {"body": gzip.compress(PICTURE), "headers": {"content-encoding": "gzip"}},
        "compressed",
    ),
    "drips": ({"raw": [HEAD, b"\r\n", *[b"x"] * 999], "pause": 0.02}, "did not come in time"),
    "resets": ({"reset": True}, "closed without an answer"),
}


@pytest.mark.parametrize(("reply", "shown"), FAILURES.values(), ids=FAILURES)
def test_what_is_not_the_whole_file_in_time_fails(bring, receiver, reply, shown):
    receiver.answer(**reply)
    started = time.monotonic()

    with pytest.raises(egress.Failed) as failed:
        bring(receiver.url, seconds=0.5)

    assert shown in failed.value.shown
    assert time.monotonic() - started < 2


def test_a_closed_address_is_not_connected_to(bring, configure):
    with Receiver() as closed, pytest.raises(egress.Denied):
        bring(closed.url)

    assert closed.connections == 0


def test_a_file_of_just_the_size_is_taken(bring, receiver):
    receiver.answer(body=PICTURE)

    assert len(bring(receiver.url, longest=len(PICTURE))) == len(PICTURE)
