"""Files as rows: uploads and what models have made, each referring to a blob."""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, delete, func, select

from app.columns import database_now
from app.store import blobs, windows
from app.store.connection import reading, transaction
from app.store.windows import Window
from app.tables import Account, File

BATCH = 500

_is_upload = File.prediction_id.is_(None)
_has_expired = File.expires_at <= database_now()


def add(file: File) -> None:
    """Keep a file whose blob was put."""
    with transaction() as work:
        work.session.add(file)
        work.session.flush()
        blobs.use(file.digest)


def get(file_id: str) -> File | None:
    """The file with this id, unless it has expired; None where there is none."""
    return _one(File.id == file_id)


def by_key(key: str) -> File | None:
    """The file that is served under this key, unless it has expired; None where there is none."""
    return _one(File.key == key)


def page(account_id: str, window: Window, limit: int) -> Sequence[File]:
    """An account's uploads inside a window, newest first, without those that have expired."""
    guards = [File.account_id == account_id, _is_upload, ~_has_expired]
    return windows.rows(File, window, limit, *guards)


def of_prediction(prediction_id: str) -> Sequence[File]:
    """What a prediction has made."""
    with reading() as work:
        query = select(File).where(File.prediction_id == prediction_id)
        return work.session.execute(query).scalars().all()


def size_of_uploads(account_id: str) -> int:
    """How many bytes an account's uploads have; nobody adds to them while a transaction is open."""
    owner = select(Account.id).where(Account.id == account_id).with_for_update()
    total = select(func.coalesce(func.sum(File.size), 0))
    with reading() as work:
        work.connection.execute(owner)
        of_account = total.where(File.account_id == account_id, _is_upload, ~_has_expired)
        return int(work.connection.execute(of_account).scalar_one())


def remove(file_id: str, account_id: str) -> bool:
    """Forget an account's upload; whether there was one."""
    return bool(_remove([File.id == file_id, File.account_id == account_id, _is_upload]))


def remove_of_predictions(prediction_ids: Collection[str]) -> int:
    """Forget what these predictions have made; how many files."""
    return _remove([File.prediction_id.in_(prediction_ids)])


def remove_expired(limit: int = BATCH) -> int:
    """Forget files whose time is over; how many."""
    expired = select(File.id).where(_has_expired).limit(limit)
    return _remove([File.id.in_(expired)])


def _one(which: ColumnElement[bool]) -> File | None:
    lives = File.expires_at.is_(None) | ~_has_expired
    with reading() as work:
        return work.session.execute(select(File).where(which, lives)).scalar_one_or_none()


def _remove(which: Collection[ColumnElement[bool]]) -> int:
    with transaction() as work:
        gone = work.connection.execute(delete(File).where(*which).returning(File.digest))
        digests = gone.scalars().all()
        if digests:
            blobs.release(digests)
    return len(digests)
