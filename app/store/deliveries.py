"""Deliveries and attempts as rows: what is owed to webhooks, and what came of it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Update, and_, func, literal, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, undefer

from app.columns import database_now
from app.store.connection import reading, transaction
from app.tables import Attempt, Delivery

BATCH = 500

_open = Delivery.settled_at.is_(None)
_unheld = or_(Delivery.lease_expires_at.is_(None), Delivery.lease_expires_at <= database_now())
_is_replayed = Delivery.replay_requested_at.is_not(None)


def add(delivery: Delivery) -> None:
    """Keep a delivery."""
    with transaction() as work:
        work.session.add(delivery)
        work.session.flush()


def next_sequence(prediction_id: str) -> int:
    """The place behind all deliveries of a prediction."""
    last = select(func.coalesce(func.max(Delivery.sequence), 0))
    with reading() as work:
        of_prediction = last.where(Delivery.prediction_id == prediction_id)
        return work.session.execute(of_prediction).scalar_one() + 1


def get(delivery_id: str) -> Delivery | None:
    """The delivery with this id; None where there is none."""
    with reading() as work:
        return work.session.get(Delivery, delivery_id)


def of_prediction(prediction_id: str) -> Sequence[Delivery]:
    """A prediction's deliveries, in their order."""
    query = select(Delivery).where(Delivery.prediction_id == prediction_id)
    with reading() as work:
        return work.session.execute(query.order_by(Delivery.sequence)).scalars().all()


def attempts(delivery_ids: Collection[str]) -> Sequence[Attempt]:
    """The attempts at these deliveries, oldest first."""
    query = select(Attempt).where(Attempt.delivery_id.in_(delivery_ids)).order_by(Attempt.id)
    with reading() as work:
        return work.session.execute(query).scalars().all()


def head(prediction_id: str) -> Delivery | None:
    """What is to be delivered next for a prediction: a replay that was asked for, else in order."""
    query = (
        select(Delivery)
        .where(Delivery.prediction_id == prediction_id, or_(_open, _is_replayed))
        .order_by(_is_replayed.desc(), Delivery.sequence)
        .limit(1)
    )
    with reading() as work:
        return work.session.execute(query).scalar_one_or_none()


def is_owed(prediction_id: str, event: str) -> bool:
    """Whether a prediction has an event that is not settled."""
    query = select(Delivery.id).where(Delivery.prediction_id == prediction_id, _open)
    with reading() as work:
        return work.session.execute(query.where(Delivery.event == event)).first() is not None


def claim(delivery_id: str, lease_seconds: float) -> Delivery | None:
    """Take the right to make one attempt, with the body; None where not due, held or settled."""
    due = and_(_open, Delivery.due_at <= database_now())
    guards = [Delivery.id == delivery_id, _unheld, or_(_is_replayed, due)]
    changes = {
        "lease_number": Delivery.lease_number + 1,
        "lease_expires_at": database_now(lease_seconds),
        "attempted_at": database_now(),
    }
    return _changed(_change(guards, changes).options(undefer(Delivery.body)))


def settle(claimed: Delivery, made: Attempt, state: str, pause_seconds: float) -> Delivery | None:
    """Write down an attempt and what follows; None where the claim was lost meanwhile.

    What was settled meanwhile stays so, unless the receiver itself has the last word.
    """
    guards = [] if state in {"delivered", "gone"} else [_open]
    changes = {
        "state": state,
        "failures": Delivery.failures + int(state != "delivered"),
        "due_at": database_now(pause_seconds),
        "settled_at": None if state == "due" else database_now(),
    }
    return _settle(claimed, made, guards, changes)


def settle_replay(claimed: Delivery, made: Attempt, *, delivered: bool) -> Delivery | None:
    """Write down an attempt outside the schedule; it changes nothing but a success.

    A replay that was asked for since the claim is still to be made.
    """
    made_for = literal(claimed.replay_requested_at, Delivery.replay_requested_at.type)
    changes: dict[str, Any] = {
        "replay_requested_at": func.nullif(Delivery.replay_requested_at, made_for)
    }
    if delivered:
        changes |= {"state": "delivered", "settled_at": database_now()}
    return _settle(claimed, made, [], changes)


def _settle(
    claimed: Delivery,
    made: Attempt,
    guards: Collection[ColumnElement[bool]],
    changes: Mapping[str, Any],
) -> Delivery | None:
    held = [Delivery.id == claimed.id, Delivery.lease_number == claimed.lease_number]
    freed = {"lease_expires_at": None}
    with transaction() as work:
        settled = _changed(_change([*held, *guards], {**changes, **freed}))
        settled = settled or _changed(_change(held, freed))
        if settled:
            made.next_attempt_at = None if settled.settled_at else settled.due_at
            work.session.add(made)
            work.session.flush()
    return settled


def replace(prediction_id: str, among: Collection[str], event: str, body: bytes) -> bool:
    """Renew the pending delivery of one of these events; whether there was one."""
    pending = [Delivery.prediction_id == prediction_id, Delivery.event.in_(among), _open, _unheld]
    return bool(_run(_change(pending, {"event": event, "body": body})))


def close_pending(prediction_id: str, events: Collection[str], state: str) -> None:
    """Settle deliveries of these events, so that no further attempt is made."""
    guards = [Delivery.prediction_id == prediction_id, Delivery.event.in_(events), _open, _unheld]
    _run(_change(guards, {"state": state, "settled_at": database_now()}))


def close_target(account_id: str, target: str, state: str) -> None:
    """Settle everything an account still owes to a target.

    Many may at once, in transactions that hold no delivery: all lock the rows in one order.
    """
    owed = select(Delivery.id).where(
        Delivery.account_id == account_id, Delivery.target == target, _open
    )
    guards = [Delivery.id.in_(owed.order_by(Delivery.id).with_for_update())]
    _run(_change(guards, {"state": state, "settled_at": database_now()}))


def last_attempted(prediction_id: str) -> datetime | None:
    """When a delivery of a prediction was last attempted; None where none was."""
    latest = select(func.max(Delivery.attempted_at))
    with reading() as work:
        of_prediction = latest.where(Delivery.prediction_id == prediction_id)
        return work.session.execute(of_prediction).scalar_one()


def request_replay(delivery_id: str) -> Delivery | None:
    """Ask for one more attempt, whatever the state; None where there is no such delivery."""
    changes = {"replay_requested_at": database_now()}
    return _changed(_change([Delivery.id == delivery_id], changes))


def overdue(seconds: float, limit: int = BATCH) -> set[str]:
    """The predictions with deliveries nobody came for in so long; they count as due from now."""
    with transaction():
        due = _late(Delivery.due_at, _open, seconds, limit)
        return due | _late(Delivery.replay_requested_at, _is_replayed, seconds, limit)


def _late(
    since: InstrumentedAttribute[Any], guard: ColumnElement[bool], seconds: float, limit: int
) -> set[str]:
    """What one partial index knows to be late; rows that are just being changed are passed over."""
    late = (
        select(Delivery.id)
        .where(guard, since <= database_now(-seconds), _unheld)
        .order_by(since)
        .limit(limit)
    )
    found = [Delivery.id.in_(late.with_for_update(skip_locked=True))]
    return _run(_change(found, {since.key: database_now()}))


def _change(guards: Collection[ColumnElement[bool]], changes: Mapping[str, Any]) -> Update:
    options = {"synchronize_session": False, "populate_existing": True}
    return update(Delivery).where(*guards).values(**changes).execution_options(**options)


def _changed(change: Update) -> Delivery | None:
    """The row as changed, without its body; None where the guards did not hold."""
    with transaction() as work:
        return work.session.execute(change.returning(Delivery)).scalar_one_or_none()


def _run(change: Update) -> set[str]:
    """Change rows; the predictions they are of."""
    with transaction() as work:
        return set(work.session.execute(change.returning(Delivery.prediction_id)).scalars())
