"""Predictions as rows: every change is guarded by status and lease in the statement itself.

The statements of a prediction's usual life are built once and run without the ORM, which takes
eight times as long: a row that is read has the attributes of `Prediction`, and cannot be changed.
"""

import functools
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

from sqlalchemy import (
    ColumnElement,
    Executable,
    Float,
    Result,
    Select,
    and_,
    bindparam,
    case,
    insert,
    literal,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.sql.dml import ReturningUpdate

from app.columns import database_now
from app.status import Status
from app.store import windows
from app.store.connection import reading, transaction
from app.store.windows import Window
from app.tables import Model, Prediction, Worker

MOST_DOUBLINGS = 8
BATCH = 500

_alive = Prediction.completed_at.is_(None)
_is_waiting = and_(_alive, Prediction.publish_at.is_not(None))
_lease_ran_out = and_(
    Prediction.status == Status.PROCESSING, Prediction.lease_expires_at <= database_now()
)


@dataclass(frozen=True)
class Lease:
    """One worker's right to write one prediction; void as soon as the row has another number."""

    prediction_id: str
    number: int

    @property
    def key(self) -> str:
        """A name for what runs under it, that no other run of the prediction has."""
        return f"{self.prediction_id}.{self.number}"


class Message(NamedTuple):
    """What a queue is told of a prediction, and which queue."""

    id: str
    queue: str
    model: str


def add(values: Mapping[str, Any]) -> Prediction:
    """Keep a new prediction."""
    return _run(_insert, values)[0]


def get(prediction_id: str, account_id: str | None = None) -> Prediction | None:
    """A prediction, of one account where one is named; None where there is none."""
    with reading() as work:
        found = _rows(work.connection.execute(_select, {"of_id": prediction_id}))
    return next((row for row in found if account_id in {None, row.account_id}), None)


def by_stream_key(key: str) -> Prediction | None:
    """The prediction whose output is streamed under a key; None where there is none."""
    with reading() as work:
        return next(iter(_rows(work.connection.execute(_select_by_key, {"key": key}))), None)


def change(
    prediction_id: str,
    changes: Mapping[str, Any],
    *,
    where: Collection[Status],
    lease: Lease | None = None,
) -> Prediction | None:
    """Change a prediction that still has one of these statuses, and this lease; else None."""
    statement = _guarded(frozenset(where), is_leased=lease is not None)
    return _change_one(statement, prediction_id, lease, changes)


def end(
    prediction_id: str,
    changes: Mapping[str, Any],
    *,
    where: Collection[Status],
    lease: Lease | None = None,
) -> Prediction | None:
    """Change a prediction for the last time: now is when it was completed."""
    statement = _ending(frozenset(where), is_leased=lease is not None)
    return _change_one(statement, prediction_id, lease, changes)


def claim(
    prediction_id: str, worker: str, *, lease_seconds: float, attempts: int
) -> Prediction | None:
    """Give the next lease to a worker; None where it has ended, is held, or was tried enough."""
    given = {"of_id": prediction_id, "by": worker, "seconds": lease_seconds, "most": attempts}
    return next(iter(_run(_claim, given)), None)


def time(lease: Lease, *, has_begun: bool) -> None:
    """Have a run's time begin now, or stand still while it waits for others in its worker."""
    guards = [Prediction.id == lease.prediction_id, Prediction.lease_number == lease.number]
    begun = {
        "started_at": database_now(),
        "run_expires_at": database_now(Prediction.run_limit_seconds),
    }
    changes = begun if has_begun else {"run_expires_at": None}
    _change([Prediction.status == Status.PROCESSING, *guards], changes)


def let_go(lease: Lease, *, counts: bool) -> Prediction | None:
    """Void a lease with its output, and have the prediction taken up again; whether it counts."""
    guards = [Prediction.id == lease.prediction_id, Prediction.lease_number == lease.number]
    changes = {
        "lease_number": Prediction.lease_number + 1,
        "lease_expires_at": database_now(),
        "run_expires_at": None,
        "attempts": Prediction.attempts - int(not counts),
        "publish_at": database_now(),
        "output": None,
    }
    held = [Prediction.status == Status.PROCESSING, *guards]
    return next(iter(_change(held, changes)), None)


def renew(leases: Iterable[Lease], lease_seconds: float) -> set[str]:
    """Prolong these leases; the ids of those that were still good."""
    held = [(lease.prediction_id, lease.number) for lease in leases]
    good = update(Prediction).where(
        tuple_(Prediction.id, Prediction.lease_number).in_(held),
        Prediction.status == Status.PROCESSING,
    )
    longer = good.values(lease_expires_at=database_now(lease_seconds))
    with transaction() as work:
        return set(work.connection.execute(longer.returning(Prediction.id)).scalars())


def owner(lease: Lease) -> str | None:
    """Whose prediction it is, if the lease is good; it stays so while a transaction is open."""
    held = select(Prediction.account_id).where(
        Prediction.id == lease.prediction_id,
        Prediction.lease_number == lease.number,
        Prediction.status == Status.PROCESSING,
    )
    with reading() as work:
        return work.connection.execute(held.with_for_update()).scalar_one_or_none()


def publish(queue: str | None, pause_seconds: float, limit: int) -> Sequence[Message]:
    """Take what is due for a message, of one queue or all; due again after twice the last pause."""
    statement = _publish_of_queue if queue else _publish
    given = {"pause": pause_seconds, "limit": limit, **({"of_queue": queue} if queue else {})}
    with transaction() as work:
        return [Message(*row) for row in work.connection.execute(statement, given)]


def unpublish(prediction_ids: Collection[str], pause_seconds: float) -> None:
    """Note that these, if they still wait, have no message; one is due after the pause."""
    _postpone([_is_waiting, Prediction.id.in_(prediction_ids)], pause_seconds)


def unpublish_all() -> int:
    """Note that the broker has lost every message; how many are due for one now, at once."""
    return _postpone([_is_waiting], 0)


def lost(attempts: int, limit: int = BATCH) -> Sequence[Prediction]:
    """Predictions whose lease ran out: those without a message due, and those tried enough."""
    is_stuck = or_(Prediction.publish_at.is_(None), Prediction.attempts >= attempts)
    return _find([_lease_ran_out, is_stuck], limit)


def overdue(limit: int = BATCH) -> Sequence[Prediction]:
    """Predictions past their own deadline or their model's run limit."""
    runs_too_long = and_(
        Prediction.status == Status.PROCESSING,
        Prediction.lease_expires_at
        > database_now(),  # else its worker is lost, and it runs no more
        Prediction.run_expires_at <= database_now(),
    )
    return _find([or_(Prediction.deadline <= database_now(), runs_too_long)], limit)


def waiting(version_id: str, limit: int = BATCH) -> Sequence[Prediction]:
    """Predictions of a version that no worker has started."""
    return _find([Prediction.version_id == version_id, Prediction.status == Status.STARTING], limit)


def unserved(silent_seconds: float, limit: int = BATCH) -> Sequence[Prediction]:
    """Waiting predictions of versions that are no model's any more and that no worker holds."""
    current = select(Model.latest_version_id).where(Model.latest_version_id.is_not(None))
    held = select(Worker.version_id).where(Worker.seen_at > database_now(-silent_seconds))
    waits = or_(Prediction.status == Status.STARTING, _lease_ran_out)
    gone = [Prediction.version_id.not_in(current), Prediction.version_id.not_in(held)]
    return _find([waits, *gone], limit)


def page(account_id: str, window: Window, limit: int) -> Sequence[Prediction]:
    """An account's predictions inside a window, newest first."""
    return windows.rows(Prediction, window, limit, Prediction.account_id == account_id)


def _find(guards: Collection[ColumnElement[bool]], limit: int) -> Sequence[Prediction]:
    with reading() as work:
        found = select(Prediction).where(_alive, *guards).limit(limit)
        return work.session.execute(found).scalars().all()


def _postpone(guards: Collection[ColumnElement[bool]], seconds: float) -> int:
    """Have a message due in so long; for how many."""
    later = update(Prediction).where(*guards).values(publish_at=database_now(seconds))
    with transaction() as work:
        return work.connection.execute(later).rowcount


def _change(
    guards: Collection[ColumnElement[bool]], changes: Mapping[str, Any]
) -> Sequence[Prediction]:
    return _run(update(Prediction).where(*guards).values(**changes).returning(Prediction))


def _change_one(
    statement: Executable, prediction_id: str, lease: Lease | None, changes: Mapping[str, Any]
) -> Prediction | None:
    guards = {"of_id": prediction_id, **({"of_lease": lease.number} if lease else {})}
    return next(iter(_run(statement, {**guards, **changes})), None)


def _run(statement: Executable, given: Mapping[str, Any] | None = None) -> Sequence[Prediction]:
    with transaction() as work:
        return _rows(work.connection.execute(statement, given))


def _rows(result: Result[Any]) -> Sequence[Prediction]:
    """Plain rows: they have a prediction's attributes, nothing else is asked of them."""
    return cast("Sequence[Prediction]", result.all())


@functools.cache
def _guarded(where: frozenset[Status], *, is_leased: bool) -> ReturningUpdate[Any]:
    guards = [_is_named, or_(*(Prediction.status == status for status in sorted(where)))]
    if is_leased:
        guards.append(Prediction.lease_number == bindparam("of_lease"))
    return update(Prediction).where(*guards).returning(Prediction)


@functools.cache
def _ending(where: frozenset[Status], *, is_leased: bool) -> ReturningUpdate[Any]:
    last = {"completed_at": database_now(), "lease_expires_at": None, "publish_at": None}
    return _guarded(where, is_leased=is_leased).values(**last)


def _doubled(pause: ColumnElement[float]) -> ColumnElement[float]:
    """The pause, twice as long for each message that was sent already."""
    doublings = case(
        (Prediction.publishes > MOST_DOUBLINGS, MOST_DOUBLINGS), else_=Prediction.publishes
    )
    return pause * literal(1).bitwise_lshift(doublings)


_is_named = Prediction.id == bindparam("of_id")
_select = select(Prediction).where(_is_named)
_select_by_key = select(Prediction).where(Prediction.stream_key == bindparam("key"))
_insert = insert(Prediction).returning(Prediction)
_claim = (
    update(Prediction)
    .where(
        _is_named,
        or_(Prediction.status == Status.STARTING, _lease_ran_out),
        or_(Prediction.deadline.is_(None), Prediction.deadline > database_now()),
        Prediction.attempts < bindparam("most"),
    )
    .values(
        status=Status.PROCESSING,
        attempts=Prediction.attempts + 1,
        lease_number=Prediction.lease_number + 1,
        lease_expires_at=database_now(bindparam("seconds")),
        run_expires_at=database_now(Prediction.run_limit_seconds),
        worker=bindparam("by"),
        started_at=database_now(),
        publish_at=None,
        publishes=0,
        output=None,
    )
    .returning(Prediction)
)
_due = (
    select(Prediction.id)
    .where(_alive, Prediction.publish_at <= database_now())
    .order_by(Prediction.publish_at)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)  # two that publish at once never wait for each other
)


def _publishing(due: Select[str]) -> ReturningUpdate[str, str, str]:
    return (
        update(Prediction)
        .where(Prediction.id.in_(due))
        .values(
            publish_at=database_now(_doubled(bindparam("pause", type_=Float))),
            publishes=Prediction.publishes + 1,
        )
        .returning(Prediction.id, Prediction.queue, Prediction.model)
    )


_publish = _publishing(_due)
_publish_of_queue = _publishing(_due.where(Prediction.queue == bindparam("of_queue")))
