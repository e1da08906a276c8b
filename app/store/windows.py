"""Windows: a part of an account's list of rows, newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, literal, select, tuple_

from app.store.connection import reading
from app.tables import File, Prediction

PAGE = 100

Listed = TypeVar("Listed", Prediction, File)


@dataclass(frozen=True)
class Window:
    """A part of an account's list: by time of creation, and on one side of a (time, id) cursor."""

    created_after: datetime | None = None
    created_before: datetime | None = None
    cursor: tuple[datetime, str] | None = None
    newer: bool = False


def rows(
    table: type[Listed], window: Window, limit: int, *guards: ColumnElement[bool]
) -> Sequence[Listed]:
    """The rows of a table inside a window, newest first."""
    order = [table.created_at, table.id]
    query = (
        select(table)
        .where(*guards, *_inside(table, window))
        .order_by(*(order if window.newer else [column.desc() for column in order]))
        .limit(limit)
    )
    with reading() as work:
        found = work.session.execute(query).scalars().all()
    return found[::-1] if window.newer else found


def _inside(table: type[Listed], window: Window) -> list[ColumnElement[bool]]:
    guards = []
    if window.created_after:
        guards.append(table.created_at >= window.created_after)
    if window.created_before:
        guards.append(table.created_at < window.created_before)
    if window.cursor:
        here = tuple_(table.created_at, table.id)
        there = tuple_(*map(literal, window.cursor, (table.created_at.type, None)))
        guards.append(here > there if window.newer else here < there)
    return guards
