"""Blobs in a bucket of S3 or of what speaks its protocol, under the same names as on disk."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit

import obstore
from obstore import exceptions
from obstore.store import S3Store

from app.errors import Unavailable
from config.settings import StoreSettings

AWAY = "The storage of files does not answer; try again shortly."
PIECE = 256 * 1024
LIMITS: dict[str, Any] = {"connect_timeout": "5s", "timeout": "300s", "allow_http": True}
RETRIES: dict[str, Any] = {"max_retries": 3, "retry_timeout": timedelta(seconds=20)}


class Bucket:
    """A bucket of blobs."""

    def __init__(self, given: StoreSettings) -> None:
        url = urlsplit(given.blobs_url or "")
        self._store = S3Store(
            url.netloc,
            prefix=url.path.strip("/") or None,
            client_options=LIMITS,  # type: ignore[arg-type]  # a typed dict
            retry_config=RETRIES,  # type: ignore[arg-type]  # the same
            **_access(given),
        )

    def keep(self, digest: str, draft: Path) -> None:
        """Take the file over as the blob; also where it is there already."""
        if not self.exists(digest):
            with _answering():
                obstore.put(self._store, _name(digest), draft)

    def open(self, digest: str, start: int, end: int | None) -> BinaryIO:
        """What stands from one byte to before another; raises FileNotFoundError."""
        if start == end:
            return io.BytesIO()
        part = {"offset": start} if end is None else (start, end)
        asked: Any = {"range": part} if start or end else {}
        with _answering():
            found = obstore.get(self._store, _name(digest), options=asked)
        return io.BufferedReader(_Stream(found.stream(min_chunk_size=PIECE)), PIECE)

    def remove(self, digest: str) -> None:
        """Have no such blob."""
        with _answering():
            obstore.delete(self._store, _name(digest))

    def exists(self, digest: str) -> bool:
        """Whether the blob is there."""
        try:
            with _answering():
                obstore.head(self._store, _name(digest))
        except FileNotFoundError:
            return False
        return True


class _Stream(io.RawIOBase):
    """Pieces as they come, as a file."""

    def __init__(self, pieces: Any) -> None:
        self._pieces = iter(pieces)
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read as much as fits and is there."""
        while not self._rest:
            with _answering():
                piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = memoryview(bytes(piece))
        size = min(len(buffer), len(self._rest))
        buffer[:size], self._rest = self._rest[:size], self._rest[size:]
        return size


def _access(given: StoreSettings) -> dict[str, Any]:
    """Where the bucket is and how to get in; what is not given is found as Amazon's tools do."""
    secret = given.blobs_secret_key.get_secret_value() if given.blobs_secret_key else None
    said = {
        "endpoint": given.blobs_endpoint,
        "region": given.blobs_region,
        "access_key_id": given.blobs_access_key,
        "secret_access_key": secret,
    }
    return {name: value for name, value in said.items() if value}


@contextmanager
def _answering() -> Iterator[None]:
    """Have a bucket that does not answer told of as Unavailable."""
    try:
        yield
    except exceptions.NotFoundError as error:
        raise FileNotFoundError from error
    except exceptions.BaseError as error:
        raise Unavailable(AWAY) from error


def _name(digest: str) -> str:
    return f"{digest[:2]}/{digest[2:]}"
