"""A file of weights at a URL, known by its SHA-256."""

import hashlib
from http import HTTPStatus
from pathlib import Path

import click
import requests

from predictors.catalog import Entry

CONNECT_SECONDS, READ_SECONDS = 5, 30
PIECE = 2**20
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
        self._answer = self._ask()
        self.bytes_left = int(self._answer.headers.get("Content-Length", 0))

    def bring(self) -> None:
        """Fetch the file, or what is still missing of it."""
        try:
            self._receive()
        except requests.RequestException as error:
            text = UNREACHABLE.format(url=self._url, error=error)
            raise click.ClickException(text) from error
        with self._part.open("rb") as content:
            found = hashlib.file_digest(content, "sha256").hexdigest()
        if found != self._sha256:
            self._part.unlink()
            raise click.ClickException(WRONG.format(url=self._url, found=found))
        self._part.rename(self._file)

    def _ask(self) -> requests.Response:
        """Ask for the file from where the last attempt ended; once more for all of it, if need be."""
        headers = {"Accept-Encoding": "identity"}
        if have := self._part.stat().st_size if self._part.exists() else 0:
            headers["Range"] = f"bytes={have}-"
        try:
            answer = requests.get(
                self._url, headers=headers, stream=True, timeout=(CONNECT_SECONDS, READ_SECONDS)
            )
            if have and answer.status_code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                self._part.unlink()
                return self._ask()
            answer.raise_for_status()
        except requests.RequestException as error:
            text = UNREACHABLE.format(url=self._url, error=error)
            raise click.ClickException(text) from error
        return answer

    def _receive(self) -> None:
        goes_on = self._answer.status_code == HTTPStatus.PARTIAL_CONTENT
        shown = {"length": self.bytes_left or 1, "label": self._file.name}
        bar = click.progressbar(**shown, file=click.get_text_stream("stderr"))
        with self._answer, self._part.open("ab" if goes_on else "wb") as out, bar:
            for piece in self._answer.iter_content(PIECE):
                out.write(piece)
                bar.update(len(piece))
