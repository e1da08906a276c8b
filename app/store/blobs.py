"""Blobs as rows: which are kept, and since when no file refers to one."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import and_, delete, exists, select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.columns import database_now
from app.store.connection import reading, transaction
from app.tables import Blob, File

BATCH = 100

_is_used = exists().where(File.digest == Blob.digest)
_INSERTS: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def reserve(digest: str) -> None:
    """Have a row for a blob that is about to be kept; it counts as idle from now on at most."""
    with transaction() as work:
        row = _INSERTS[work.connection.dialect.name](Blob).values(
            digest=digest, idle_since=database_now()
        )
        again = row.on_conflict_do_update(
            index_elements=[Blob.digest],
            set_={"idle_since": database_now()},
        )
        work.connection.execute(again)


def use(digest: str) -> None:
    """Note that a file refers to the blob."""
    _note(Blob.digest == digest, None)


def release(digests: Collection[str]) -> None:
    """Note that these are idle from now on, where no file is left that refers to them."""
    _note(and_(Blob.digest.in_(digests), ~_is_used), database_now())


def idle(seconds: float, limit: int = BATCH) -> Sequence[str]:
    """Blobs that no file has referred to for so long, longest first."""
    query = select(Blob.digest).where(Blob.idle_since <= database_now(-seconds))
    with reading() as work:
        found = query.order_by(Blob.idle_since).limit(limit)
        return work.connection.execute(found).scalars().all()


def drop(digest: str, seconds: float) -> bool:
    """Drop a blob's row if it still has been idle for so long; whether it was dropped."""
    named = Blob.digest == digest
    _note(and_(named, _is_used), None)
    with transaction() as work:
        idle = and_(named, Blob.idle_since <= database_now(-seconds), ~_is_used)
        return bool(work.connection.execute(delete(Blob).where(idle)).rowcount)


def _note(which: Any, idle_since: Any) -> None:
    with transaction() as work:
        work.connection.execute(update(Blob).where(which).values(idle_since=idle_since))
