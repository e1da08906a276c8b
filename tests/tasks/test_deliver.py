"""The task that makes what attempts are due, and comes back for those that are not yet."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from app import clock, deliveries, predictions, store
from app.columns import database_now
from app.tables import Delivery
from tasks import deliver
from tests import factories
from tests.receiver import Receiver


class Waits(list):
    """An alarm that notes how long it was set to."""

    def after(self, seconds, _call):
        self.append(seconds)


@pytest.fixture
def waits(monkeypatch):
    """How long each call was put off."""
    waits = Waits()
    monkeypatch.setattr(deliver, "_alarm", lambda: waits)
    return waits


@pytest.fixture
def receiver(configure, database):
    with Receiver() as listening:
        configure(egress_allow=f"127.0.0.0/8:{listening.port}", webhook_pauses="30")
        yield listening


@pytest.fixture
def completed(receiver, account, version, queued):
    """A `completed` delivery that is due at the receiver."""
    row = factories.prediction(account, webhook=receiver.url, webhook_events=["completed"])
    predictions.cancel(account, row.id)
    return deliveries.head(row.id)


def _put(delivery, **changes):
    with store.transaction() as work:
        work.session.execute(update(Delivery).where(Delivery.id == delivery.id).values(**changes))


def test_what_is_due_is_delivered_and_nothing_is_left_to_come_back_for(completed, receiver, waits):
    deliver.deliver(completed.prediction_id)

    assert len(receiver.requests) == 1
    assert waits == []


def test_after_a_failure_it_comes_back_when_the_next_attempt_is_due(completed, receiver, waits):
    receiver.answer(status=500)

    deliver.deliver(completed.prediction_id)

    assert waits == [pytest.approx(30, rel=0.25)]


@pytest.mark.parametrize("ahead", [-3600, 3600], ids=["behind", "ahead"])
def test_a_clock_of_its_own_does_not_matter(completed, waits, monkeypatch, ahead):
    here = clock.now
    monkeypatch.setattr(clock, "now", lambda: here() + timedelta(seconds=ahead))
    _put(completed, due_at=database_now(5))

    deliver.deliver(completed.prediction_id)

    assert waits == [pytest.approx(5, abs=1)]


def test_what_is_due_by_now_is_come_back_for_in_a_moment(completed, waits, monkeypatch):
    monkeypatch.setattr(deliveries, "claim", lambda _: None)

    deliver.deliver(completed.prediction_id)

    assert waits == [0.1]


def test_what_is_held_is_left_to_its_holder(completed, waits):
    deliveries.claim(completed)

    deliver.deliver(completed.prediction_id)

    assert waits == []


def test_what_is_due_much_later_is_left_to_the_sweeper(completed, waits):
    _put(completed, due_at=database_now(3600))

    deliver.deliver(completed.prediction_id)

    assert waits == []


def test_replays_that_wait_together_are_all_made(completed, receiver, account, waits):
    deliver.deliver(completed.prediction_id)
    other = Delivery(
        id="msg_other",
        **{
            name: getattr(completed, name)
            for name in ["prediction_id", "account_id", "event", "url", "target"]
        },
        sequence=0,
        body=b"{}",
        due_at=database_now(3600),
    )
    store.deliveries.add(other)
    for delivery in (other, completed):
        deliveries.replay(account, completed.prediction_id, delivery.id)
    receiver.answer(status=500)

    deliver.deliver(completed.prediction_id)

    assert len(receiver.requests) == 3
