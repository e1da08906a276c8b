"""Predictions as rows: every change is guarded by status and lease in the statement itself."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, literal, or_, select, tuple_, update

from app.status import Status
from app.store.connection import reading, transaction
from app.tables import Prediction, database_now

MOST_DOUBLINGS = 8
BATCH = 500

_alive = Prediction.completed_at.is_(None)
_lease_ran_out = and_(
    Prediction.status == Status.PROCESSING, Prediction.lease_expires_at <= database_now()
)


@dataclass(frozen=True)
class Lease:
    """One worker's right to write one prediction; void as soon as the row has another number."""

    prediction_id: str
    number: int


@dataclass(frozen=True)
class Window:
    """A part of an account's list: by time of creation, and on one side of a (time, id) cursor."""

    created_after: datetime | None = None
    created_before: datetime | None = None
    cursor: tuple[datetime, str] | None = None
    newer: bool = False


def add(prediction: Prediction) -> None:
    """Keep a new prediction."""
    with transaction() as session:
        session.add(prediction)
        session.flush()


def get(prediction_id: str, account_id: str | None = None) -> Prediction | None:
    """A prediction, of one account where one is named; None where there is none."""
    query = select(Prediction).where(Prediction.id == prediction_id)
    if account_id is not None:
        query = query.where(Prediction.account_id == account_id)
    with reading() as session:
        return session.execute(query).scalar_one_or_none()


def change(
    prediction_id: str,
    changes: Mapping[str, Any],
    *,
    where: Collection[Status],
    lease: Lease | None = None,
) -> Prediction | None:
    """Change a prediction that still has one of these statuses, and this lease; else None."""
    guards = [Prediction.id == prediction_id, Prediction.status.in_(where)]
    if lease:
        guards.append(Prediction.lease_number == lease.number)
    return next(iter(_change(guards, changes)), None)


def end(
    prediction_id: str,
    changes: Mapping[str, Any],
    *,
    where: Collection[Status],
    lease: Lease | None = None,
) -> Prediction | None:
    """Change a prediction for the last time: now is when it was completed."""
    last = {"completed_at": database_now(), "lease_expires_at": None, "publish_at": None}
    return change(prediction_id, {**changes, **last}, where=where, lease=lease)


def claim(
    prediction_id: str, worker: str, *, lease_seconds: float, attempts: int
) -> Prediction | None:
    """Give the next lease to a worker; None where it has ended, is held, or was tried enough."""
    guards = [
        Prediction.id == prediction_id,
        or_(Prediction.status == Status.STARTING, _lease_ran_out),
        or_(Prediction.deadline.is_(None), Prediction.deadline > database_now()),
        Prediction.attempts < attempts,
    ]
    changes = {
        "status": Status.PROCESSING,
        "attempts": Prediction.attempts + 1,
        "lease_number": Prediction.lease_number + 1,
        "lease_expires_at": database_now(lease_seconds),
        "run_expires_at": database_now(Prediction.run_limit_seconds),
        "worker": worker,
        "started_at": func.coalesce(Prediction.started_at, database_now()),
        "publish_at": None,
        "output": None,
    }
    return next(iter(_change(guards, changes)), None)


def let_go(lease: Lease, *, counts: bool) -> Prediction | None:
    """Void a lease and have the prediction taken up again; whether the attempt counts."""
    changes = {
        "lease_number": Prediction.lease_number + 1,
        "lease_expires_at": database_now(),
        "attempts": Prediction.attempts - int(not counts),
        "publish_at": database_now(),
    }
    return change(lease.prediction_id, changes, where=[Status.PROCESSING], lease=lease)


def renew(leases: Iterable[Lease], lease_seconds: float) -> set[str]:
    """Prolong these leases; the ids of those that were still good."""
    held = [(lease.prediction_id, lease.number) for lease in leases]
    guards = [
        tuple_(Prediction.id, Prediction.lease_number).in_(held),
        Prediction.status == Status.PROCESSING,
    ]
    return {row.id for row in _change(guards, {"lease_expires_at": database_now(lease_seconds)})}


def publish(queue: str | None, pause_seconds: float) -> Sequence[Prediction]:
    """Take what is due for a message, of one queue or all; due again after twice the last pause."""
    guards = [_alive, Prediction.publish_at <= database_now()]
    if queue is not None:
        guards.append(Prediction.queue == queue)
    doublings = case(
        (Prediction.publishes > MOST_DOUBLINGS, MOST_DOUBLINGS), else_=Prediction.publishes
    )
    pause = literal(pause_seconds) * literal(1).bitwise_lshift(doublings)
    changes = {"publish_at": database_now(pause), "publishes": Prediction.publishes + 1}
    return _change(guards, changes)


def unpublish(prediction_ids: Collection[str], pause_seconds: float) -> None:
    """Note that these have no message; one is due after the pause."""
    guards = [_alive, Prediction.id.in_(prediction_ids)]
    _change(guards, {"publish_at": database_now(pause_seconds)})


def unpublish_all() -> None:
    """Note that the broker has lost every message; all that waits is due for one at once."""
    guards = [_alive, Prediction.publish_at.is_not(None)]
    _change(guards, {"publish_at": database_now()})


def lost(limit: int = BATCH) -> Sequence[Prediction]:
    """Predictions whose worker let the lease run out, and for which no message is due."""
    return _find([_lease_ran_out, Prediction.publish_at.is_(None)], limit)


def overdue(limit: int = BATCH) -> Sequence[Prediction]:
    """Predictions past their own deadline or their model's run limit."""
    ran_out = and_(
        Prediction.status == Status.PROCESSING, Prediction.run_expires_at <= database_now()
    )
    return _find([_alive, or_(Prediction.deadline <= database_now(), ran_out)], limit)


def waiting(version_id: str, limit: int = BATCH) -> Sequence[Prediction]:
    """Predictions of a version that no worker has started."""
    return _find([Prediction.version_id == version_id, Prediction.status == Status.STARTING], limit)


def page(account_id: str, window: Window, limit: int) -> Sequence[Prediction]:
    """An account's predictions inside a window, newest first."""
    order = [Prediction.created_at, Prediction.id]
    query = (
        select(Prediction)
        .where(Prediction.account_id == account_id, *_inside(window))
        .order_by(*(order if window.newer else [column.desc() for column in order]))
        .limit(limit)
    )
    with reading() as session:
        found = session.execute(query).scalars().all()
    return found[::-1] if window.newer else found


def _inside(window: Window) -> list[ColumnElement[bool]]:
    guards = []
    if window.created_after:
        guards.append(Prediction.created_at >= window.created_after)
    if window.created_before:
        guards.append(Prediction.created_at < window.created_before)
    if window.cursor:
        here = tuple_(Prediction.created_at, Prediction.id)
        there = tuple_(*map(literal, window.cursor, (Prediction.created_at.type, None)))
        guards.append(here > there if window.newer else here < there)
    return guards


def _find(guards: Collection[ColumnElement[bool]], limit: int) -> Sequence[Prediction]:
    with reading() as session:
        found = select(Prediction).where(_alive, *guards).limit(limit)
        return session.execute(found).scalars().all()


def _change(
    guards: Collection[ColumnElement[bool]], changes: Mapping[str, Any]
) -> Sequence[Prediction]:
    statement = update(Prediction).where(*guards).values(**changes).returning(Prediction)
    with transaction() as session:
        return session.execute(statement, execution_options=_PLAIN).scalars().all()


_PLAIN = {"synchronize_session": False, "populate_existing": True}
