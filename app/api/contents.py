"""The content of a file as an answer: whole or a part of it, and harmless to a browser."""

import unicodedata
from collections.abc import Iterable
from http import HTTPStatus
from urllib.parse import quote

from flask import Response, request
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.http import dump_options_header
from werkzeug.wsgi import wrap_file

from app import blobs
from app.errors import NotFound
from app.tables import File

PIECE = 256 * 1024
HARMLESS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Accept-Ranges": "bytes",
}


def reply(file: File, disposition: str = "attachment") -> Response:
    """A file's bytes, as many as the request's Range asks for."""
    part = _part(file)
    start, end = part or (0, file.size)
    answer = Response(content_type=file.content_type, headers=HARMLESS)
    answer.headers["Content-Disposition"] = dump_options_header(disposition, _names(file.name))
    answer.headers["Content-Length"] = str(end - start)
    if part:
        answer.status_code = HTTPStatus.PARTIAL_CONTENT
        answer.headers["Content-Range"] = f"bytes {start}-{end - 1}/{file.size}"
    answer.set_etag(file.digest)
    answer.make_conditional(request)
    if request.method == "GET" and answer.status_code != HTTPStatus.NOT_MODIFIED:
        answer.response = _content(file, *(part or (0, None)))
        answer.direct_passthrough = True
    return answer


def _part(file: File) -> tuple[int, int] | None:
    """The one part that is asked for; None for all: also where several are, or the file changed."""
    asked, unless = request.range, request.if_range
    has_changed = bool(unless.date) or unless.etag not in {None, file.digest}
    if not asked or asked.units != "bytes" or len(asked.ranges) != 1 or has_changed:
        return None
    part = asked.range_for_length(file.size)
    if part is None:
        raise RequestedRangeNotSatisfiable(file.size)
    return part


def _content(file: File, start: int, end: int | None) -> Iterable[bytes]:
    """What is sent; of a whole file on disk, the kernel sends it."""
    try:
        content = blobs.open(file.digest, start, end)
    except FileNotFoundError:
        raise NotFound from None
    return wrap_file(request.environ, content, PIECE)


def _names(name: str) -> dict[str, str | None]:
    """A file's name, and in ASCII for who reads no other."""
    if name.isascii():
        return {"filename": name}
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return {"filename": plain, "filename*": f"UTF-8''{quote(name, safe='')}"}
