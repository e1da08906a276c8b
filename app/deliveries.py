"""Deliveries: make an attempt at what is owed to a webhook, and settle what came of it."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import structlog

from app import clock, egress, queues, signing, store, webhooks
from app.errors import NotFound
from app.tables import Account, Attempt, Delivery
from config import settings

log = structlog.get_logger()

DUE, DELIVERED, FAILED, GONE, REFUSED = "due", "delivered", "failed", "gone", "refused"
JITTER = 0.2
SLOW_DOWN = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT}
SLOW_DOWN_SECONDS = 60
LONGEST_RETRY_AFTER_SECONDS = 3600
CLAIM_MARGIN_SECONDS = 15
LATE_SECONDS = 10
SHORTEST_PAUSE_SECONDS = 0.1


@dataclass(frozen=True)
class Outcome:
    """What came of one attempt: an answer's status, or why there was none.

    `error` is for the client, `cause` for the operator: it would map the network for a client.
    """

    status: int | None = None
    error: str | None = None
    cause: str | None = None
    excerpt: str | None = None
    retry_after: float = 0
    is_refused: bool = False


@dataclass(frozen=True)
class Decision:
    """What follows from an attempt; the pause before the next one only where one is due."""

    state: str
    pause: float = 0


def page(account: Account, prediction_id: str) -> Sequence[tuple[Delivery, list[Attempt]]]:
    """A prediction's deliveries in their order, each with its attempts."""
    if store.predictions.get(prediction_id, account.id) is None:
        raise NotFound
    owed = store.deliveries.of_prediction(prediction_id)
    made = store.deliveries.attempts([delivery.id for delivery in owed])
    return [(row, [a for a in made if a.delivery_id == row.id]) for row in owed]


def replay(account: Account, prediction_id: str, delivery_id: str) -> Delivery:
    """Ask for one more attempt, outside the schedule: same id and body, fresh signature."""
    delivery = store.deliveries.get(delivery_id)
    if delivery is None or (delivery.account_id, delivery.prediction_id) != (
        account.id,
        prediction_id,
    ):
        raise NotFound
    with store.transaction():
        replayed = store.deliveries.request_replay(delivery_id)
        store.after_commit(queues.deliver, prediction_id)
    return replayed or delivery


def head(prediction_id: str) -> Delivery | None:
    """What is to be delivered next for a prediction; None once nothing is owed."""
    return store.deliveries.head(prediction_id)


def is_in_the_way(delivery: Delivery) -> bool:
    """Whether `completed` waits behind this one."""
    return delivery.event != webhooks.COMPLETED and store.deliveries.is_owed(
        delivery.prediction_id, webhooks.COMPLETED
    )


def claim(delivery: Delivery) -> Delivery | None:
    """Take the right to make one attempt; None where another was first, or it is not due yet."""
    lease = settings.load().webhook.webhook_seconds + CLAIM_MARGIN_SECONDS
    return store.deliveries.claim(delivery.id, lease)


def pause_before(delivery: Delivery) -> float | None:
    """Seconds until one that could not be claimed may be tried again; None while it is held."""
    now = store.now()
    if delivery.lease_expires_at and delivery.lease_expires_at > now:
        return None
    return max((delivery.due_at - now).total_seconds(), SHORTEST_PAUSE_SECONDS)


def attempt(claimed: Delivery, line: egress.Line) -> Delivery | None:
    """Send a claimed delivery and settle it; None where the claim was lost meanwhile."""
    started, before = clock.now(), clock.ticks()
    outcome = _post(claimed, line, started)
    decision = decide(claimed, outcome)
    made = Attempt(
        delivery_id=claimed.id,
        number=claimed.lease_number,
        trigger="replay" if claimed.replay_requested_at else "schedule",
        started_at=started,
        seconds=clock.ticks() - before,
        response_status=outcome.status,
        error=outcome.error,
        excerpt=outcome.excerpt,
    )
    log.info(
        "webhook_attempted",
        prediction_id=claimed.prediction_id,
        delivery_event=claimed.event,
        state=decision.state,
        status=outcome.status,
        cause=outcome.cause,
    )
    return _settle(claimed, decision, made)


def decide(delivery: Delivery, outcome: Outcome) -> Decision:
    """What follows from an attempt: only `completed` is tried again, by the schedule."""
    if outcome.status is not None and HTTPStatus(200) <= outcome.status < HTTPStatus(300):
        return Decision(DELIVERED)
    if outcome.is_refused:
        return Decision(REFUSED)
    if outcome.status == HTTPStatus.GONE:
        return Decision(GONE)
    scheduled = pause_after(delivery.failures + 1, settings.load().webhook.webhook_pauses)
    if scheduled is None or delivery.event != webhooks.COMPLETED:
        return Decision(FAILED)
    return Decision(DUE, _stretched(scheduled, outcome))


def pause_after(failures: int, pauses: Sequence[float]) -> float | None:
    """The wait after this many failed attempts; None once the delivery is given up."""
    return pauses[failures - 1] if failures <= len(pauses) else None


def retry_after(header: str | None, now: datetime) -> float:
    """Seconds a Retry-After header asks for, as seconds or as a date; 0 for none or nonsense."""
    try:
        return max(0.0, float(header or 0))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(str(header)) - now).total_seconds())
    except (ValueError, TypeError):
        return 0.0


def overdue() -> set[str]:
    """Predictions whose due deliveries nobody came for: their messages were lost."""
    return store.deliveries.overdue(LATE_SECONDS)


def _stretched(scheduled: float, outcome: Outcome) -> float:
    """The scheduled pause, a fifth more or less, and longer where the receiver asks for it."""
    pause = scheduled * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311  spreads load only
    asked = min(outcome.retry_after, max(2 * scheduled, LONGEST_RETRY_AFTER_SECONDS))
    floor = SLOW_DOWN_SECONDS if outcome.status in SLOW_DOWN else 0
    return max(pause, asked, floor)


def _post(claimed: Delivery, line: egress.Line, at: datetime) -> Outcome:
    limits = settings.load().webhook
    account = store.accounts.get(claimed.account_id)
    secrets = [account.webhook_secret] if account else []
    headers = signing.webhook_headers(secrets, claimed.id, claimed.body, at)
    try:
        answer = egress.post(
            claimed.url,
            claimed.body,
            headers,
            seconds=limits.webhook_seconds,
            connect_seconds=limits.webhook_connect_seconds,
            line=line,
        )
    except egress.Denied as error:
        return Outcome(error=error.shown, cause=error.reason, is_refused=True)
    except egress.Failed as error:
        return Outcome(error=error.shown, cause=error.kind)
    asked = retry_after(answer.headers.get("Retry-After"), at)
    return Outcome(status=answer.status, excerpt=answer.excerpt, retry_after=asked)


def _settle(claimed: Delivery, decision: Decision, made: Attempt) -> Delivery | None:
    with store.transaction():
        if decision.state == GONE:
            store.deliveries.close_target(claimed.account_id, claimed.target, GONE)
        if claimed.replay_requested_at:
            delivered = decision.state == DELIVERED
            return store.deliveries.settle_replay(claimed, made, delivered=delivered)
        return store.deliveries.settle(claimed, made, decision.state, decision.pause)
