"""A file of weights at a URL, known by its SHA-256."""

import hashlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path

import click
import requests

from predictors.catalog import Entry

CONNECT_SECONDS, READ_SECONDS = 5, 30
PIECE = 2**16
WRONG = (
    "{url} is not the file that was meant: its SHA-256 is {found}. Try again, or correct "
    "weights_sha256 in the catalogue."
)
UNREACHABLE = (
    "{url} cannot be had ({error}). Connect this machine and try again, or bring the file here by "
    "other means and let weights in the catalogue be its folder."
)


class WebFile:
    """What a URL has of an entry's weights, and how it comes here.

    It has its name only once it is whole and right; till then it is a hidden file beside it.
    """

    def __init__(self, entry: Entry, place: Path) -> None:
        self._url = str(entry.weights)
        self._sha256 = entry.weights_sha256
        self._file = place / self._url.rpartition("/")[2]
        self._part = place / f".{self._file.name}.part"
        with self._asked() as answer:
            self.bytes_left = int(answer.headers.get("Content-Length", 0))

    def bring(self) -> None:
        """Fetch the file, or what is still missing of it."""
        with self._asked() as answer:
            self._receive(answer)
        with self._part.open("rb") as content:
            found = hashlib.file_digest(content, "sha256").hexdigest()
        if found != self._sha256:
            self._part.unlink()
            raise click.ClickException(WRONG.format(url=self._url, found=found))
        self._part.rename(self._file)

    @contextmanager
    def _asked(self) -> Iterator[requests.Response]:
        """Ask for what the last attempt left; whatever goes wrong meanwhile is told."""
        try:
            with self._get() as answer:
                answer.raise_for_status()
                yield answer
        except OSError as error:  # of the network, or of the disk
            reason = getattr(error.args[0] if error.args else error, "reason", error)
            raise click.ClickException(UNREACHABLE.format(url=self._url, error=reason)) from error

    def _get(self) -> requests.Response:
        have = self._part.stat().st_size if self._part.exists() else 0
        limits = {"Range": f"bytes={have}-"} if have else {}
        answer = requests.get(
            self._url,
            headers={"Accept-Encoding": "identity", **limits},
            stream=True,
            timeout=(CONNECT_SECONDS, READ_SECONDS),
        )
        if have and answer.status_code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            answer.close()
            self._part.unlink()
            return self._get()
        return answer

    def _receive(self, answer: requests.Response) -> None:
        goes_on = answer.status_code == HTTPStatus.PARTIAL_CONTENT
        bar = click.progressbar(
            length=self.bytes_left or 1,  # some servers do not tell
            label=self._file.name,
            file=sys.stderr,
        )
        with self._part.open("ab" if goes_on else "wb") as out, bar:
            for piece in answer.iter_content(PIECE):
                out.write(piece)
                bar.update(len(piece))
