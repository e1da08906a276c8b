"""The only door out: every connection to an address that a client chose goes through here.

    answer = egress.post(url, body, headers, seconds=15, connect_seconds=5, line=line)
    egress.download(url, file, longest=2**20, seconds=60, connect_seconds=5)

`line.cut()` ends the attempt from another thread.
Addresses are checked when connecting, all that a name stands for, and the connection goes to the
checked address itself: a name that changes its mind in between gains nothing.
"""

import time
from collections.abc import Mapping
from contextlib import closing

import requests
from urllib3.exceptions import HTTPError

from app.egress import door, urls
from app.egress.downloads import download
from app.egress.line import Line
from app.egress.outcomes import Answer, Denied, Failed
from app.egress.urls import check_url, origin

__all__ = ["Answer", "Denied", "Failed", "Line", "check_url", "download", "origin", "post"]

LONGEST_BODY = 64 * 1024
LONGEST_EXCERPT = 4 * 1024


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
    content = {**headers, **door.HEADERS}
    request = requests.Request("POST", urls.parse(url).url, data=body, headers=content).prepare()
    with line.taken(seconds=seconds, connect_seconds=connect_seconds):
        response = door.send(request, line)
        with closing(response):
            excerpt = _text(_read(response))
    took = time.monotonic() - started
    return Answer(response.status_code, response.headers, excerpt, took)


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
