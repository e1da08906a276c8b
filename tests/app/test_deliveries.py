"""Attempts at deliveries and what follows from each, on both databases and over real HTTP."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from app import deliveries, egress, leases, predictions, store
from app.deliveries import Decision, Outcome
from app.errors import NotFound
from app.tables import Delivery
from tests import factories
from tests.receiver import Receiver

NOW = datetime(2026, 2, 3, 9, 15, tzinfo=UTC)


@pytest.fixture
def receiver(configure, database):
    with Receiver() as listening:
        configure(
            egress_allow=f"127.0.0.0/8:{listening.port}", webhook_pauses="0,0", webhook_seconds=1
        )
        yield listening


@pytest.fixture
def completed(receiver, account, version, queued):
    """A `completed` delivery that is due at the receiver."""
    row = factories.prediction(account, webhook=receiver.url, webhook_events=["completed"])
    with leases.ending(leases.take(row.id, "worker-1")):
        pass
    return deliveries.head(row.id)


@pytest.fixture
def completed_too(completed, receiver, account):
    """One of another prediction, at the same target."""
    row = factories.prediction(account, webhook=receiver.url, webhook_events=["completed"])
    with leases.ending(leases.take(row.id, "worker-1")):
        pass
    return deliveries.head(row.id)


def _attempt(delivery: Delivery) -> Delivery:
    return deliveries.attempt(deliveries.claim(delivery), egress.Line())


def test_an_accepted_delivery_is_settled(completed, receiver, account):
    settled = _attempt(completed)

    assert (settled.state, settled.failures) == ("delivered", 0)
    assert deliveries.head(completed.prediction_id) is None
    receiver.verify(account.webhook_secret)
    assert receiver.requests[0].headers["webhook-id"] == completed.id


def test_a_failed_delivery_is_due_again_under_the_same_id(completed, receiver, account):
    receiver.answer(status=500, body=b"no")

    first = _attempt(completed)
    second = _attempt(first)

    assert (first.state, second.state) == ("due", "delivered")
    assert {request.headers["webhook-id"] for request in receiver.requests} == {completed.id}
    assert len({request.body for request in receiver.requests}) == 1
    made = store.deliveries.attempts([completed.id])
    assert [(row.number, row.response_status, row.excerpt) for row in made] == [
        (1, 500, "no"),
        (2, 200, ""),
    ]
    assert [row.next_attempt_at for row in made] == [first.due_at, None]


def test_a_delivery_is_given_up_after_the_last_pause(completed, receiver):
    receiver.answer(status=500, times=3)
    delivery = completed

    for _ in range(3):
        delivery = _attempt(delivery)

    assert (delivery.state, delivery.failures) == ("failed", 3)


def test_only_one_may_attempt_at_a_time(completed):
    assert deliveries.claim(completed)
    assert deliveries.claim(completed) is None


def test_gone_ends_everything_owed_to_the_target(completed, completed_too, receiver):
    receiver.answer(status=410)

    settled = _attempt(completed)

    assert (settled.state, settled.failures) == ("gone", 1)
    assert deliveries.head(completed_too.prediction_id) is None


@pytest.mark.parametrize(("status", "state"), [(500, "gone"), (410, "gone"), (200, "delivered")])
def test_gone_is_not_undone_by_a_failure_that_was_under_way(
    completed, completed_too, receiver, status, state
):
    under_way = deliveries.claim(completed_too)
    receiver.answer(status=410)
    receiver.answer(status=status)
    _attempt(completed)

    settled = deliveries.attempt(under_way, egress.Line())

    assert settled.state == state
    assert settled.settled_at
    assert settled.lease_expires_at is None
    (made,) = store.deliveries.attempts([completed_too.id])
    assert (made.response_status, made.next_attempt_at) == (status, None)


def test_many_gone_at_once_do_not_wait_for_each_other_for_ever(receiver, account, version, queued):
    receiver.answer(status=410, delay=0.1, times=8)
    claimed = []
    for _ in range(8):
        row = factories.prediction(account, webhook=receiver.url, webhook_events=["completed"])
        predictions.cancel(account, row.id)
        claimed.append(deliveries.claim(deliveries.head(row.id)))

    with ThreadPoolExecutor(8) as threads:
        settled = list(threads.map(lambda row: deliveries.attempt(row, egress.Line()), claimed))

    assert {row.state for row in settled} == {"gone"}


def test_a_redirect_is_a_failure_and_is_not_followed(completed, receiver):
    receiver.answer(status=302, headers={"location": receiver.url + "/elsewhere"})

    settled = _attempt(completed)

    assert settled.state == "due"
    assert len(receiver.requests) == 1


def test_a_replay_keeps_id_and_body_and_leaves_the_schedule_alone(completed, receiver, account):
    delivered = _attempt(completed)

    deliveries.replay(account, completed.prediction_id, completed.id)
    replayed = _attempt(deliveries.head(completed.prediction_id))

    first, second = receiver.requests
    assert first.body == second.body
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert (replayed.state, replayed.settled_at) != ("due", None)
    assert replayed.failures == delivered.failures
    triggers = [row.trigger for row in store.deliveries.attempts([completed.id])]
    assert triggers == ["schedule", "replay"]


def test_a_foreign_delivery_is_neither_shown_nor_replayed(completed, account):
    stranger = factories.account()

    with pytest.raises(NotFound):
        deliveries.page(stranger, completed.prediction_id)
    with pytest.raises(NotFound):
        deliveries.replay(stranger, completed.prediction_id, completed.id)


def test_a_denied_address_is_refused_for_good(configure, database, account, version, queued):
    row = factories.prediction(
        account, webhook="http://127.0.0.1:9/x", webhook_events=["completed"]
    )
    with leases.ending(leases.take(row.id, "worker-1")):
        pass

    settled = _attempt(deliveries.head(row.id))

    assert settled.state == "refused"
    assert store.deliveries.attempts([settled.id])[0].error


@pytest.mark.parametrize(
    ("event", "failures", "outcome", "state"),
    [
        ("completed", 0, Outcome(status=200), "delivered"),
        ("completed", 0, Outcome(status=204), "delivered"),
        ("completed", 0, Outcome(status=301), "due"),
        ("completed", 0, Outcome(status=404), "due"),
        ("completed", 0, Outcome(status=410), "gone"),
        ("completed", 0, Outcome(status=500), "due"),
        ("completed", 0, Outcome(error="timeout"), "due"),
        ("completed", 0, Outcome(error="denied", is_refused=True), "refused"),
        ("completed", 8, Outcome(status=500), "due"),
        ("completed", 9, Outcome(status=500), "failed"),
        ("output", 0, Outcome(status=500), "failed"),
        ("start", 0, Outcome(error="timeout"), "failed"),
        ("logs", 0, Outcome(status=200), "delivered"),
    ],
)
def test_what_follows_from_an_attempt(configure, event, failures, outcome, state):
    delivery = Delivery(event=event, failures=failures)

    assert deliveries.decide(delivery, outcome).state == state


@pytest.mark.parametrize("failures", range(9))
def test_pauses_follow_the_schedule_within_a_fifth(configure, failures):
    schedule = (2, 10, 45, 300, 1800, 7200, 18000, 36000, 36000)
    delivery = Delivery(event="completed", failures=failures)

    pause = deliveries.decide(delivery, Outcome(status=500)).pause

    assert schedule[failures] * 0.8 <= pause <= schedule[failures] * 1.2


@pytest.mark.parametrize(
    ("status", "asked", "least", "most"),
    [
        (503, 0, 1.6, 2.4),
        (503, 120, 120, 120),
        (503, 86400, 3600, 3600),
        (429, 0, 60, 60),
        (502, 1, 60, 60),
        (504, 90, 90, 90),
    ],
)
def test_a_receiver_may_ask_for_patience(configure, status, asked, least, most):
    delivery = Delivery(event="completed", failures=0)

    decision = deliveries.decide(delivery, Outcome(status=status, retry_after=asked))

    assert decision.state == "due"
    assert least <= decision.pause <= most


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, 0),
        ("", 0),
        ("30", 30),
        ("-5", 0),
        ("Tue, 03 Feb 2026 09:16:00 GMT", 60),
        ("Tue, 03 Feb 2026 09:00:00 GMT", 0),
        ("soon", 0),
        ("nan", 0),
    ],
)
def test_retry_after_is_seconds_or_a_date(header, seconds):
    assert deliveries.retry_after(header, NOW) == seconds


def test_decisions_without_a_next_attempt_have_no_pause():
    assert Decision("failed").pause == timedelta(0).total_seconds()
