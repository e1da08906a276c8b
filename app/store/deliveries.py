"""Deliveries and attempts as rows: what is owed to webhooks, and what came of it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, update

from app.store.connection import reading, transaction
from app.tables import Attempt, Delivery, database_now

BATCH = 500

_open = Delivery.settled_at.is_(None)
_unheld = or_(Delivery.lease_expires_at.is_(None), Delivery.lease_expires_at <= database_now())


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
        .where(Delivery.prediction_id == prediction_id, or_(_open, Delivery.replay_due))
        .order_by(Delivery.replay_due.desc(), Delivery.sequence)
        .limit(1)
    )
    with reading() as work:
        return work.session.execute(query).scalar_one_or_none()


def claim(delivery_id: str, lease_seconds: float) -> Delivery | None:
    """Take the right to make one attempt; None where it is not due, held or settled."""
    due = and_(_open, Delivery.due_at <= database_now())
    guards = [Delivery.id == delivery_id, _unheld, or_(Delivery.replay_due, due)]
    changes = {
        "lease_number": Delivery.lease_number + 1,
        "lease_expires_at": database_now(lease_seconds),
        "attempted_at": database_now(),
    }
    return next(iter(_change(guards, changes)), None)


def settle(claimed: Delivery, made: Attempt, state: str, pause_seconds: float) -> Delivery | None:
    """Write down an attempt and what follows; None where the claim was lost meanwhile."""
    is_due = state == "due"
    changes = {
        "state": state,
        "failures": Delivery.failures + int(state != "delivered"),
        "due_at": database_now(pause_seconds),
        "settled_at": None if is_due else database_now(),
    }
    return _settle(claimed, made, changes)


def settle_replay(claimed: Delivery, made: Attempt, *, delivered: bool) -> Delivery | None:
    """Write down an attempt outside the schedule; it changes nothing but a success."""
    changes: dict[str, Any] = {"replay_due": False}
    if delivered:
        changes |= {"state": "delivered", "settled_at": database_now()}
    return _settle(claimed, made, changes)


def _settle(claimed: Delivery, made: Attempt, changes: Mapping[str, Any]) -> Delivery | None:
    guards = [Delivery.id == claimed.id, Delivery.lease_number == claimed.lease_number]
    with transaction() as work:
        settled = next(iter(_change(guards, {**changes, "lease_expires_at": None})), None)
        if settled:
            work.session.add(made)
            work.session.flush()
    return settled


def replace(prediction_id: str, among: Collection[str], event: str, body: bytes) -> bool:
    """Renew the pending delivery of one of these events; whether there was one."""
    pending = [Delivery.prediction_id == prediction_id, Delivery.event.in_(among), _open, _unheld]
    return bool(_change(pending, {"event": event, "body": body}))


def close_pending(prediction_id: str, events: Collection[str], state: str) -> None:
    """Settle deliveries of these events, so that no further attempt is made."""
    guards = [Delivery.prediction_id == prediction_id, Delivery.event.in_(events), _open, _unheld]
    _change(guards, {"state": state, "settled_at": database_now()})


def close_target(account_id: str, target: str, state: str) -> None:
    """Settle everything an account still owes to a target."""
    guards = [Delivery.account_id == account_id, Delivery.target == target, _open]
    _change(guards, {"state": state, "settled_at": database_now()})


def last_attempted(prediction_id: str) -> datetime | None:
    """When a delivery of a prediction was last attempted; None where none was."""
    latest = select(func.max(Delivery.attempted_at))
    with reading() as work:
        of_prediction = latest.where(Delivery.prediction_id == prediction_id)
        return work.session.execute(of_prediction).scalar_one()


def request_replay(delivery_id: str) -> Delivery | None:
    """Ask for one more attempt, whatever the state; None where there is no such delivery."""
    return next(iter(_change([Delivery.id == delivery_id], {"replay_due": True})), None)


def overdue(seconds: float, limit: int = BATCH) -> set[str]:
    """The predictions with deliveries nobody came for in so long; they count as due from now."""
    late = select(Delivery.id).where(
        or_(_open, Delivery.replay_due), _unheld, Delivery.due_at <= database_now(-seconds)
    )
    guards = [Delivery.id.in_(late.order_by(Delivery.due_at).limit(limit))]
    return {delivery.prediction_id for delivery in _change(guards, {"due_at": database_now()})}


def _change(
    guards: Collection[ColumnElement[bool]], changes: Mapping[str, Any]
) -> Sequence[Delivery]:
    statement = update(Delivery).where(*guards).values(**changes).returning(Delivery)
    options = {"synchronize_session": False, "populate_existing": True}
    with transaction() as work:
        return work.session.execute(statement, execution_options=options).scalars().all()
