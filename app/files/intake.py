"""The files of one prediction, brought one after another within a size and a time for all."""

import itertools
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from app import clock, egress, store
from app.files import ours
from app.files.dataurls import SCHEME, DataUrl, Malformed
from app.tables import File
from config import settings
from predictors.child import PredictionFailed

UNNAMED = "file"
LONGEST_NAME = 200
ODD = re.compile(r"[^A-Za-z0-9._-]")
TOO_LARGE = "The files of one prediction may have {most} bytes together; these have more."


class FileRefused(PredictionFailed):
    """A file of the input could not be had; the text is the prediction's error."""


class Intake:
    """Brings files into a folder, for a prediction of an account."""

    def __init__(self, folder: Path, account_id: str) -> None:
        self._folder = folder
        self._account_id = account_id
        self._limits = settings.load().files
        self._bytes_left = self._limits.file_bytes
        self._ends_at = clock.ticks() + self._limits.file_seconds
        self._numbers = itertools.count(1)

    def take(self, name: str, value: Any) -> Path | list[Path]:
        """The file, or the list of files, of the input with this name; raises FileRefused."""
        try:
            if isinstance(value, list):
                return [self._bring(str(url)) for url in value]
            return self._bring(str(value))
        except (Malformed, ours.Gone) as error:
            raise _refused(name, str(error)) from error
        except egress.Denied as error:
            raise _refused(name, error.shown) from error
        except egress.Failed as error:
            too_large = TOO_LARGE.format(most=self._limits.file_bytes)
            raise _refused(name, too_large if error.kind == "large" else error.shown) from error

    def _bring(self, url: str) -> Path:
        if url[: len(SCHEME)].lower() == SCHEME:
            file = self._unpack(DataUrl.parse(url))
        elif row := store.insist(ours.find, url, self._account_id):
            file = self._copy(row)
        else:
            file = self._download(url)
        self._bytes_left -= file.stat().st_size
        return file

    def _unpack(self, data: DataUrl) -> Path:
        content = data.content()
        if len(content) > self._bytes_left:
            raise egress.Failed("large", longest=self._bytes_left)
        file = self._place(UNNAMED + data.suffix)
        file.write_bytes(content)
        return file

    def _copy(self, row: File) -> Path:
        if row.size > self._bytes_left:
            raise egress.Failed("large", longest=self._bytes_left)
        file = self._place(_plain(ours.name(row)))
        ours.copy(row, file)
        return file

    def _download(self, url: str) -> Path:
        file = self._place(file_name(url))
        egress.download(
            url,
            file,
            longest=self._bytes_left,
            seconds=self._ends_at - clock.ticks(),
            connect_seconds=self._limits.file_connect_seconds,
        )
        return file

    def _place(self, name: str) -> Path:
        return self._folder / f"{next(self._numbers)}-{name}"


def file_name(url: str) -> str:
    """The last part of a URL's path, so that its ending is kept, without what is odd in a name."""
    try:
        path = urlsplit(url).path
    except ValueError:
        return UNNAMED
    return _plain(unquote(path).rpartition("/")[2])


def _plain(name: str) -> str:
    return ODD.sub("_", name)[-LONGEST_NAME:] or UNNAMED


def _refused(name: str, problem: str) -> FileRefused:
    return FileRefused(f"Input validation error: {name}: {problem}")
