"""One `hearth up` a data folder: a lock that the kernel lets go when its holder ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from config import settings

FILE = "up.lock"


class AlreadyUp(Exception):
    """Another `hearth up` runs on this data folder."""


@contextmanager
def only_one() -> Iterator[None]:
    """Hold the data folder's lock; raise AlreadyUp where somebody else does."""
    folder = settings.load().data_dir
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / FILE).open("a+") as file:
        if not _lock(file):
            raise AlreadyUp(
                f"Hearth already runs on {folder} (process {_holder(file)}). Stop it, or set "
                "HEARTH_DATA_DIR to another folder."
            )
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


def is_held() -> bool:
    """Whether a `hearth up` runs on the data folder."""
    path = settings.load().data_dir / FILE
    if not path.exists():
        return False
    with path.open("a+") as file:
        return not _lock(file)


def _lock(file: TextIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(file: TextIO) -> str:
    file.seek(0)
    return file.read().strip()
