"""Blobs in a folder, as `ab/cdef…`: each file is whole and on the disk before it has its name."""

import io
import os
from pathlib import Path
from typing import Any, BinaryIO


class Disk:
    """A folder of blobs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, digest: str, draft: Path) -> None:
        """Take the file over as the blob; also where it is there already."""
        path = self.path(digest)
        if path.exists():
            return
        for folder in (self._folder, path.parent):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _sync(draft)
        draft.rename(path)
        _sync(path.parent)
        _sync(path.parent.parent)

    def open(self, digest: str, start: int, end: int | None) -> BinaryIO:
        """What stands from one byte to before another; raises FileNotFoundError."""
        content = self.path(digest).open("rb")
        content.seek(start)
        return content if end is None else io.BufferedReader(_Part(content, end - start))

    def remove(self, digest: str) -> None:
        """Have no such blob."""
        self.path(digest).unlink(missing_ok=True)

    def exists(self, digest: str) -> bool:
        """Whether the blob is there."""
        return self.path(digest).exists()

    def path(self, digest: str) -> Path:
        """The blob's file."""
        return self._folder / digest[:2] / digest[2:]


class _Part(io.RawIOBase):
    """The next so many bytes of a file."""

    def __init__(self, content: BinaryIO, left: int) -> None:
        self._content = content
        self._left = left

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read as much as fits and is left."""
        piece = self._content.read(min(len(buffer), self._left))
        buffer[: len(piece)] = piece
        self._left -= len(piece)
        return len(piece)

    def close(self) -> None:
        """Close the file, too."""
        self._content.close()
        super().close()


def _sync(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
