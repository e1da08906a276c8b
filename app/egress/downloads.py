"""Downloads: a file that a client named by its URL, brought whole or not at all."""

from contextlib import closing
from pathlib import Path
from urllib.parse import urljoin

import requests

from app.egress import door, urls
from app.egress.line import LONGEST_ANSWER, Line
from app.egress.outcomes import Denied, Failed

MOST_REDIRECTS = 5
PIECE = 64 * 1024
REDIRECTS = frozenset({301, 302, 303, 307, 308})
OK = 200


def download(url: str, file: Path, *, longest: int, seconds: float, connect_seconds: float) -> None:
    """Write what a URL answers into a new file; raises Denied or Failed.

    Every redirect is judged as the first address was. `seconds` covers all of it.
    """
    line = Line(longest=longest + (MOST_REDIRECTS + 1) * LONGEST_ANSWER)
    with line.taken(seconds=seconds, connect_seconds=connect_seconds):
        for _ in range(MOST_REDIRECTS + 1):
            with closing(_get(url, line)) as response:
                if response.status_code not in REDIRECTS:
                    _save(response, file, longest, line)
                    return
                url = _next(url, response.headers.get("Location", ""))
    raise Failed("redirects", most=MOST_REDIRECTS)


def _get(url: str, line: Line) -> requests.Response:
    request = requests.Request("GET", urls.parse(url).url, headers=door.HEADERS)
    return door.send(request.prepare(), line)


def _next(url: str, location: str) -> str:
    """Where a redirect leads; never from a protected connection to an open one."""
    target = urljoin(url, location)
    if url.lower().startswith("https:") and not target.lower().startswith("https:"):
        raise Denied("It redirects from https to http.")
    return target


def _save(response: requests.Response, file: Path, longest: int, line: Line) -> None:
    _check(response, longest)
    left = longest
    with file.open("xb") as out:
        while piece := _read(response, line):
            left -= len(piece)
            if left < 0:
                raise Failed("large", longest=longest)
            out.write(piece)


def _check(response: requests.Response, longest: int) -> None:
    """Raise Failed where the headers tell already that this is not the file."""
    if response.status_code != OK:
        raise Failed("status", status=response.status_code)
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise Failed("encoded")
    length = response.headers.get("Content-Length", "")
    if length.isdecimal() and int(length) > longest:
        raise Failed("large", longest=longest)


def _read(response: requests.Response, line: Line) -> bytes:
    try:
        piece: bytes = response.raw.read(PIECE, decode_content=False)
    except (*door.BROKEN, OSError, ValueError) as error:
        raise door.failure(error, line) from error
    return piece
