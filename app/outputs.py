"""Files that models give: kept as blobs, and put into the output as the URLs they are served under.

A file's row has no time of its own to expire: it goes with what its prediction has said.
"""

import base64
import mimetypes
import re

from app import blobs, ids, store
from app.errors import NotFound, StorageFull
from app.store.predictions import Lease
from app.tables import File
from config import settings
from predictors import events
from predictors.child import PredictionFailed

UNKNOWN = "application/octet-stream"
UNNAMED = "file"
LONGEST_NAME = 200
ODD = re.compile(r"[^A-Za-z0-9._-]")


def keep(output: events.Output, lease: Lease) -> events.Output | None:
    """The output with the URLs of its files, which are kept from now on; None without the lease."""
    texts = [_inline(file) for file in output.files]
    rows = [_put(file) for file, text in zip(output.files, texts, strict=True) if text is None]
    with store.transaction():
        owner = store.predictions.owner(lease)
        if owner is None:
            return None
        for row in rows:
            row.account_id, row.prediction_id = owner, lease.prediction_id
            store.files.add(row)
    urls = (url(row) for row in rows)
    return output.replaced(text or next(urls) for text in texts)


def served(key: str, name: str) -> File:
    """The file under a URL that `keep` has made; whoever has the URL may read it."""
    file = store.files.by_key(key)
    if file is None or file.prediction_id is None or file.name != name:
        raise NotFound
    return file


def url(file: File) -> str:
    """Where a file is served."""
    return f"{settings.load().public_url}/files/{file.key}/{file.name}"


def media_type(name: str) -> str:
    """What kind of file it is, by its name; one that is packed is none of these."""
    guessed, packing = mimetypes.guess_type(name, strict=False)
    return guessed if guessed and not packing else UNKNOWN


def _inline(file: events.File) -> str | None:
    """A small file as a URL that holds it; None for a larger one, by default for any."""
    most = settings.load().files.inline_file_bytes
    if not most or file.path.stat().st_size > most:
        return None
    content = base64.b64encode(file.path.read_bytes()).decode()
    return f"data:{media_type(_safe(file.name))};base64,{content}"


def _put(file: events.File) -> File:
    """The row of a file whose content is kept; it still lacks its owner."""
    try:
        blob = blobs.put(file.path)
    except StorageFull as error:
        raise PredictionFailed(f"The model's file could not be kept. {error.detail}") from error
    name = _safe(file.name)
    return File(
        id=ids.new_file_id(),
        key=ids.new_key(),
        digest=blob.digest,
        md5=blob.md5,
        size=blob.size,
        name=name,
        content_type=media_type(name),
    )


def _safe(name: str) -> str:
    """A name as a URL has it, with its ending."""
    return ODD.sub("_", name)[-LONGEST_NAME:].lstrip(".") or UNNAMED
