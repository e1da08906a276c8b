"""Blobs: the content of files, kept once under its SHA-256.

    blob = blobs.put(path)
    with blobs.draft() as draft:  # the same for what comes in pieces
        draft.write(piece)
        blob = draft.keep()
    with blobs.open(blob.digest, start=10, end=20) as content:
        ...

A blob without a file's row is removed by the sweeper some time after it was last put or let go of.
"""

from pathlib import Path
from typing import BinaryIO, Protocol

from app import store
from app.blobs import drafts
from app.blobs.disk import Disk
from app.blobs.drafts import Blob, Draft
from app.once import Once
from config import settings

__all__ = ["Blob", "Draft", "draft", "exists", "open", "place", "put", "sweep"]

PIECE = 1024 * 1024
IDLE_SECONDS = 3600  # much longer than from a blob's reservation to its file's row


class Place(Protocol):
    """Where blobs are: all that is asked of it."""

    def keep(self, digest: str, draft: Path) -> None:
        """Take the file over as the blob; also where it is there already."""

    def open(self, digest: str, start: int, end: int | None) -> BinaryIO:
        """What stands from one byte to before another; raises FileNotFoundError."""

    def remove(self, digest: str) -> None:
        """Have no such blob."""

    def exists(self, digest: str) -> bool:
        """Whether the blob is there."""


@Once
def place() -> Place:
    """Where this installation keeps its blobs."""
    given = settings.load().store
    if given.blobs_url is None:
        return Disk(settings.load().data_dir / "blobs")
    from app.blobs.bucket import Bucket  # noqa: PLC0415  its library is an extra

    return Bucket(given)


def put(path: Path) -> Blob:
    """Keep a copy of a file's content; raises StorageFull."""
    with draft() as copy, path.open("rb") as content:
        while piece := content.read(PIECE):
            copy.write(piece)
        return copy.keep()


def draft() -> Draft:
    """A blob that comes in pieces: nothing of it stays unless it is kept."""
    return Draft(_drafts(), _keep)


def open(digest: str, start: int = 0, end: int | None = None) -> BinaryIO:  # noqa: A001  reads as blobs.open
    """A blob's bytes from `start` to before `end`; raises FileNotFoundError."""
    return place().open(digest, start, end)


def exists(digest: str) -> bool:
    """Whether the blob is there."""
    return place().exists(digest)


def sweep() -> None:
    """Remove blobs that no file has referred to for a while, and drafts that were left behind.

    A blob goes within the transaction that drops its row: who puts it again waits for that, and
    then finds it gone.
    """
    for digest in store.blobs.idle(IDLE_SECONDS):
        with store.transaction():
            if store.blobs.drop(digest, IDLE_SECONDS):
                place().remove(digest)
    drafts.clear(_drafts())


def _keep(digest: str, draft: Path) -> None:
    """Reserve the blob's row first, so that no sweeper removes what is about to be referred to."""
    store.blobs.reserve(digest)
    place().keep(digest, draft)


def _drafts() -> Path:
    return settings.load().data_dir / "drafts"
