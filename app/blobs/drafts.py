"""Drafts: files on their way to become blobs, hashed while they are written."""

import errno
import hashlib
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from app import clock
from app.errors import StorageFull

ABANDONED_SECONDS = 24 * 3600
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@dataclass(frozen=True)
class Blob:
    """The content of a file: its SHA-256, its MD5, its size in bytes."""

    digest: str
    md5: str
    size: int


class Draft:
    """A file that becomes a blob once it is whole, or leaves nothing behind."""

    def __init__(self, folder: Path, keep: Callable[[str, Path], None]) -> None:
        self._keep = keep
        self._sha256, self._md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
        self.size = 0
        with full_noticed():
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._file = tempfile.NamedTemporaryFile(dir=folder, delete=False)  # noqa: SIM115  closed in __exit__
        self._path = Path(self._file.name)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):  # of what could not be written before, either
            self._file.close()
        self._path.unlink(missing_ok=True)

    def write(self, piece: bytes) -> int:
        """Add to it; raises StorageFull."""
        with full_noticed():
            self._file.write(piece)
        self._sha256.update(piece)
        self._md5.update(piece)
        self.size += len(piece)
        return len(piece)

    def keep(self) -> Blob:
        """Make it a blob; raises StorageFull."""
        digest = self._sha256.hexdigest()
        with full_noticed():
            self._file.flush()
            self._keep(digest, self._path)
        return Blob(digest, self._md5.hexdigest(), self.size)


@contextmanager
def full_noticed() -> Iterator[None]:
    """Have a full disk told of as StorageFull."""
    try:
        yield
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise StorageFull from error


def clear(folder: Path) -> None:
    """Remove drafts that a process left behind when it was killed."""
    for draft in folder.glob("*"):
        with suppress(FileNotFoundError):
            if clock.now().timestamp() - draft.stat().st_mtime > ABANDONED_SECONDS:
                draft.unlink()
