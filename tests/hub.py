"""A real server of weights for tests: a hub with one repository, whose files are also plain URLs.

with Hub({"config.json": b"{}", "model.safetensors": b"..."}) as hub:
    ...                        # HF_ENDPOINT=hub.url finds ada/shout there
    hub.break_after = 1000     # close the connection that far into a file
    hub.closed = {"a.txt"}     # give these files to nobody
"""

import json
import re
import threading
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

REPOSITORY = "ada/shout"
COMMIT = "c0ffee" + "0" * 34
DETAILS = re.compile(rf"/api/models/{REPOSITORY}(?:/revision/([^?]+))?\?.*")
RESOLVED = re.compile(rf"/{REPOSITORY}/resolve/{COMMIT}/(.+)")
PLAIN = re.compile(r"/plain/(.+)")


class Hub:
    """A hub on a free loopback port, for as long as its block lasts."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = dict(files)
        self.closed: set[str] = set()
        self.break_after: int | None = None
        self.downloads: list[str] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.hub = self  # type: ignore[attr-defined]  # for its handlers
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def details(self) -> dict[str, Any]:
        """What the hub says of the repository."""
        siblings = [{"rfilename": name, "size": len(self.files[name])} for name in self.files]
        return {"id": REPOSITORY, "sha": COMMIT, "siblings": siblings}


class _Handler(BaseHTTPRequestHandler):
    server: Any

    def do_GET(self) -> None:
        hub = self.server.hub
        resolved = RESOLVED.fullmatch(self.path) or PLAIN.fullmatch(self.path)
        details = DETAILS.fullmatch(self.path)
        if details and details[1] in {None, "main", COMMIT}:
            self._send(200, json.dumps(hub.details()).encode())
        elif resolved and resolved[1] in hub.closed:
            self._send(403, b"", {"X-Error-Code": "GatedRepo"})
        elif resolved and resolved[1] in hub.files:
            self._file(resolved[1], hub.files[resolved[1]])
        else:
            self._send(404, b"", {"X-Error-Code": "RevisionNotFound"} if details else {})

    do_HEAD = do_GET  # noqa: N815  a name of http.server

    def _file(self, name: str, content: bytes) -> None:
        if self.command == "GET":
            self.server.hub.downloads.append(name)
        digest = sha256(content).hexdigest()
        headers = {"ETag": f'"{digest}"', "X-Repo-Commit": COMMIT, "Accept-Ranges": "bytes"}
        start = int(self.headers.get("Range", "bytes=0-")[6:].partition("-")[0])
        if start and start >= len(content):
            self._send(416, b"", headers)
        elif "Range" in self.headers:
            last = len(content) - 1
            headers["Content-Range"] = f"bytes {start}-{last}/{len(content)}"
            self._send(206, content[start:], headers)
        else:
            self._send(200, content, headers)

    def _send(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            with suppress(ConnectionError):
                self.wfile.write(body[: self.server.hub.break_after])

    def log_message(self, *_: object) -> None:
        """Say nothing."""
