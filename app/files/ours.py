"""Files that are here already: what an input names by a URL that we gave is read from its blob."""

import re
import shutil
from pathlib import Path, PurePath

from app import blobs, store
from app.files.dataurls import suffix
from app.tables import File
from config import settings

UPLOAD = re.compile(r"/v1/files/([A-Za-z0-9]{1,64})")
OUTPUT = re.compile(r"/files/([A-Za-z0-9_-]{1,64})/[^/?#]*")
GONE = "{url} is no file of yours, or no longer one: uploads expire. Upload it again."


class Gone(ValueError):
    """One of our URLs that stands for no file, or for somebody else's."""


def find(url: str, account_id: str) -> File | None:
    """The file that one of our URLs stands for; None for any other URL; raises Gone.

    An upload is its account's alone; a URL of a model's output opens it to everybody.
    """
    path = _path(url)
    if match := UPLOAD.fullmatch(path):
        file = store.files.get(match[1])
        is_open = file is not None and file.account_id == account_id
    elif match := OUTPUT.fullmatch(path):
        file = store.files.by_key(match[1])
        is_open = True
    else:
        return None
    if file is None or not is_open:
        raise Gone(GONE.format(url=url))
    return file


def copy(file: File, path: Path) -> None:
    """Write a file's content to a path; raises Gone."""
    try:
        content = blobs.open(file.digest)
    except FileNotFoundError as error:
        raise Gone(GONE.format(url=file.name)) from error
    with content, path.open("xb") as copied:
        shutil.copyfileobj(content, copied)


def name(file: File) -> str:
    """The file's name; where that has no ending, with the one of its kind."""
    has_ending = PurePath(file.name).suffix
    return file.name if has_ending else file.name + suffix(file.content_type)


def _path(url: str) -> str:
    """What stands behind the prefix of our URLs; empty for others."""
    prefix = settings.load().public_url
    return url.removeprefix(prefix) if url.startswith(prefix + "/") else ""
