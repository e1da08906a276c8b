"""Uploads: files that a client keeps here for a while, to name them in inputs."""

import hmac
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from app import blobs, clock, ids, signing, store
from app.errors import BodyTooLarge, Forbidden, NotFound
from app.store.windows import PAGE, Window
from app.tables import Account, File
from config import settings

TOO_LARGE = "A file may have {most} bytes (HEARTH_UPLOAD_BYTES); give larger ones by their URL."
OVER_QUOTA = (
    "The uploads of an account may have {most} bytes together (HEARTH_UPLOAD_QUOTA_BYTES). "
    "Delete some, or wait until they expire."
)
WRONG_SIGNATURE = "The signature does not fit owner, file and expiry, or its time is over."
EXPIRY = re.compile(r"[0-9]{1,12}")


@dataclass(frozen=True)
class NewUpload:
    """What a client says of a file."""

    name: str
    content_type: str
    meta: Mapping[str, Any] = field(default_factory=dict)


class Incoming:
    """A file that is being uploaded, within what its account may still have."""

    def __init__(self, account: Account, draft: blobs.Draft) -> None:
        self._account = account
        self._draft = draft
        self._limits = settings.load().files
        self._look()

    def write(self, piece: bytes) -> None:
        """Take a piece; raises BodyTooLarge or StorageFull."""
        self.check(self._draft.size + len(piece))
        self._draft.write(piece)

    def keep(self, new: NewUpload) -> File:
        """Make it a file; raises BodyTooLarge or StorageFull."""
        blob = self._draft.keep()
        with store.transaction():
            self._look()
            self.check(blob.size)
            file = _row(self._account, blob, new)
            store.files.add(file)
        return file

    def check(self, size: int) -> None:
        """Raise BodyTooLarge for a file that is larger than it may be."""
        if size > self._limits.upload_bytes:
            raise BodyTooLarge(TOO_LARGE.format(most=self._limits.upload_bytes))
        if size > self._room:
            raise BodyTooLarge(OVER_QUOTA.format(most=self._limits.upload_quota_bytes))

    def _look(self) -> None:
        used = store.files.size_of_uploads(self._account.id)
        self._room = self._limits.upload_quota_bytes - used


@contextmanager
def incoming(account: Account, at_least: int = 0) -> Iterator[Incoming]:
    """A file that is being uploaded, with so many bytes at least; gone unless it is kept."""
    with blobs.draft() as draft:
        coming = Incoming(account, draft)
        coming.check(at_least)
        yield coming


def get(account: Account, file_id: str) -> File:
    """An account's upload."""
    return _upload(account.id, file_id)


def page(account: Account, window: Window) -> Sequence[File]:
    """Up to a hundred of an account's uploads, newest first, and one more if there are more."""
    return store.files.page(account.id, window, PAGE + 1)


def delete(account: Account, file_id: str) -> None:
    """Forget an account's upload."""
    if not store.files.remove(file_id, account.id):
        raise NotFound


def signed(owner: str, file_id: str, *, expiry: str, signature: str) -> File:
    """The upload that somebody may download who holds its owner's signature."""
    account = store.accounts.named(owner)
    if account is None or not _is_timely(expiry):
        raise Forbidden(WRONG_SIGNATURE)
    wanted = signing.download(secret(account), owner, file_id, expiry)
    if not hmac.compare_digest(wanted.encode(), signature.encode("utf-8", "replace")):
        raise Forbidden(WRONG_SIGNATURE)
    return _upload(account.id, file_id)


def sign(account: Account, file_id: str, until: datetime) -> str:
    """A URL that downloads an account's upload without a token, until then."""
    _upload(account.id, file_id)
    owner, expiry = account.username, str(int(until.timestamp()))
    signature = signing.download(secret(account), owner, file_id, expiry)
    query = urlencode({"owner": owner, "expiry": expiry, "signature": signature})
    return f"{url(file_id)}/download?{query}"


def secret(account: Account) -> str:
    """What an account's downloads are signed with; made when it is first asked for."""
    return store.accounts.files_secret(account.id, signing.new_files_secret())


def url(file_id: str) -> str:
    """Where an upload is described; also its name in inputs."""
    return f"{settings.load().public_url}/v1/files/{file_id}"


def _upload(account_id: str, file_id: str) -> File:
    file = store.files.get(file_id)
    if file is None or file.account_id != account_id or file.prediction_id:
        raise NotFound
    return file


def _is_timely(expiry: str) -> bool:
    return bool(EXPIRY.fullmatch(expiry)) and int(expiry) > clock.now().timestamp()


def _row(account: Account, blob: blobs.Blob, new: NewUpload) -> File:
    now = store.now()
    return File(
        id=ids.new_file_id(),
        key=ids.new_key(),
        account_id=account.id,
        digest=blob.digest,
        md5=blob.md5,
        size=blob.size,
        name=new.name,
        content_type=new.content_type,
        meta=dict(new.meta),
        created_at=now,
        expires_at=now + timedelta(seconds=settings.load().files.upload_seconds),
    )
