"""Files from a runner: the folder in which it leaves them, and what is taken over from there.

The runner, which the model shares, is not trusted. What it names is moved out of its reach first
and looked at then: only a plain file of its prediction's own counts.
"""

import functools
import operator
import os
import shutil
import socket
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from predictors.events import File


class Refused(Exception):
    """The runner named what it may not; the text says what it did."""


class Handover:
    """A folder of one child, for as long as it is open."""

    def __init__(self, place: Path | None, most_bytes: int) -> None:
        self._place = place
        self.most_bytes = most_bytes
        self.given = Path(os.devnull)

    def open(self) -> None:
        """Have the folder, with the part of it in which the runner leaves files: `given`."""
        if self.given.is_dir():
            return
        if self._place:
            self._place.mkdir(parents=True, exist_ok=True, mode=0o700)
        owner = f"{socket.gethostname()}.{os.getpid()}."
        self.given = Path(tempfile.mkdtemp(prefix=owner, dir=self._place)) / "given"
        self.given.mkdir()

    def close(self) -> None:
        """Remove the folder; closing twice is as good as once."""
        if self.given.is_dir():
            shutil.rmtree(self.given.parent, ignore_errors=True)

    def files(self, prediction_id: str) -> "Files":
        """What is taken over for one prediction."""
        return Files(self.given, prediction_id, self.most_bytes)


class Files:
    """One prediction's files; those of one output make room for those of the next."""

    def __init__(self, given: Path, prediction_id: str, bytes_left: int) -> None:
        self._given = given
        self._prediction_id = prediction_id
        self._bytes_left = bytes_left
        self._taken: list[Path] = []

    def take(self, message: dict[str, Any]) -> tuple[File, ...]:
        """The files that an output names; they lie there until `drop`. Raises Refused."""
        try:
            return tuple(self._take(message["value"], **named) for named in message["files"])
        except (OSError, LookupError, TypeError, ValueError) as error:
            raise Refused("named a file that is none of its own") from error

    def drop(self) -> None:
        """Remove what was taken over."""
        while self._taken:
            self._taken.pop().unlink(missing_ok=True)

    def close(self) -> None:
        """Remove all, what was never named, too."""
        self.drop()
        with suppress(OSError), self._opened() as given:  # it may be gone by now
            for name in os.listdir(given):  # noqa: PTH208  a descriptor is no path
                if self._is_own(name):
                    os.unlink(name, dir_fd=given)

    def _take(self, value: Any, *, at: list[str | int], copy: str, name: str) -> File:
        stands_there = functools.reduce(operator.getitem, at, value) == copy
        if not (stands_there and self._is_own(copy) and isinstance(name, str)):
            raise ValueError(copy)
        path = self._given.parent / copy
        with self._opened() as given:
            os.rename(copy, path, src_dir_fd=given)
        self._weigh(path.lstat())
        self._taken.append(path)
        return File(tuple(at), name, path)

    def _is_own(self, copy: str) -> bool:
        owner, _, number = str(copy).rpartition(".")
        return owner == self._prediction_id and number.isdecimal()

    @contextmanager
    def _opened(self) -> Iterator[int]:
        """The folder, unless it was replaced by a link to another one."""
        given = os.open(self._given, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            yield given
        finally:
            os.close(given)

    def _weigh(self, found: os.stat_result) -> None:
        """A link, symbolic or hard, may be to a file that is not the runner's."""
        if not stat.S_ISREG(found.st_mode) or found.st_nlink > 1:
            raise ValueError("no plain file")
        self._bytes_left -= found.st_size
        if self._bytes_left < 0:
            raise Refused("handed over larger files than it may")
