"""A real S3-compatible server: rclone's, which checks every signature."""

import http.client
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import requests

from tests.service import eventually, free_port

RCLONE = Path(sys.executable).with_name("rclone")
KEY, SECRET, BUCKET = "key", "secretsecret", "hearth-files"
SETTINGS = {
    "blobs_url": f"s3://{BUCKET}/blobs",
    "blobs_access_key": KEY,
    "blobs_secret_key": SECRET,
}


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """A server with one empty bucket; its URL."""
    (folder / BUCKET).mkdir(parents=True)
    port = free_port()
    command = [
        RCLONE,
        "serve",
        "s3",
        "--addr",
        f"127.0.0.1:{port}",
        "--auth-key",
        f"{KEY},{SECRET}",
    ]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    nowhere = {**os.environ, "RCLONE_CONFIG": str(folder / "none.conf")}
    with subprocess.Popen(
        [*command, "--vfs-cache-mode=off", folder], env=nowhere, **quiet
    ) as rclone:
        try:
            eventually(lambda: _answers(port), what="rclone answers")
            with _front(port) as url:
                yield url
        finally:
            rclone.kill()


def _answers(port: int) -> bool:
    try:
        return bool(requests.get(f"http://127.0.0.1:{port}/", timeout=5).status_code)
    except requests.RequestException:
        return False


@contextmanager
def _front(port: int) -> Iterator[str]:
    """Hands on every request as it is: rclone answers a range with 200, which must be a 206."""

    class Hand(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def hand_on(self) -> None:
            line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
            line.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                line.putheader(name, value)
            line.endheaders(self.rfile.read(int(self.headers.get("Content-Length", 0))))
            answer = line.getresponse()
            self.hand_back(answer, answer.read())
            line.close()

        def hand_back(self, answer: http.client.HTTPResponse, content: bytes) -> None:
            is_part = "Content-Range" in answer.headers
            self.send_response_only(HTTPStatus.PARTIAL_CONTENT if is_part else answer.status)
            for name, value in answer.headers.items():
                if name.lower() not in {"transfer-encoding", "connection", "content-length"}:
                    self.send_header(name, value)
            length = answer.headers.get("Content-Length", str(len(content)))
            self.send_header("Content-Length", length)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = hand_on  # noqa: N815  http.server's names

    with ThreadingHTTPServer(("127.0.0.1", 0), Hand) as front:
        thread = threading.Thread(target=front.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{front.server_port}"
        front.shutdown()
        thread.join()
