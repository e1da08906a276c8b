"""Deliveries as rows: what is found when, what is read for it, and by which index."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import event, text, update
from sqlalchemy.orm.exc import DetachedInstanceError

from app import store
from app.columns import database_now
from app.store import connection
from app.tables import Delivery
from tests import factories

RANGE = {
    "sqlite": r"SEARCH deliveries USING INDEX {} \(.*{}<\?\)",
    "postgres": r"(?s) {} .*Index Cond: .*{} <= ",
}
EXPLAIN = {"sqlite": "EXPLAIN QUERY PLAN ", "postgresql": "EXPLAIN "}


@pytest.fixture
def due(account, version):
    """A delivery that is due now."""
    prediction = factories.prediction(account, webhook="https://hooks.example/in")
    row = Delivery(
        id="msg_1",
        prediction_id=prediction.id,
        account_id=account.id,
        event="completed",
        sequence=1,
        url=prediction.webhook,
        target=prediction.webhook,
        body=b"{}",
    )
    store.deliveries.add(row)
    return row


def _put(delivery: Delivery, **changes) -> None:
    """Give a delivery columns as time would."""
    with store.transaction() as work:
        work.session.execute(update(Delivery).where(Delivery.id == delivery.id).values(**changes))


def _statements(act: Callable[[], object]) -> list[tuple[str, object]]:
    """The statements that a call sends, with their values."""
    sent = []

    def note(_connection, _cursor, statement, values, *_):
        sent.append((statement, values))

    event.listen(connection.engine(), "before_cursor_execute", note)
    act()
    event.remove(connection.engine(), "before_cursor_execute", note)
    return sent


def _plan(statement: str, values: object) -> str:
    """How the database would go about a statement, were its tables large."""
    with connection.engine().connect() as opened:
        if opened.dialect.name == "postgresql":
            opened.execute(text("SET LOCAL enable_seqscan = off"))
        explained = EXPLAIN[opened.dialect.name] + statement
        return "\n".join(str(row) for row in opened.exec_driver_sql(explained, values))


def test_what_nobody_came_for_is_found_once_it_is_late(due):
    assert store.deliveries.overdue(10) == set()

    _put(due, due_at=database_now(-11))

    assert store.deliveries.overdue(10) == {due.prediction_id}
    assert store.deliveries.overdue(10) == set()


def test_a_late_delivery_that_is_held_is_left_to_its_holder(due):
    _put(due, due_at=database_now(-11), lease_expires_at=database_now(5))

    assert store.deliveries.overdue(10) == set()


@pytest.mark.parametrize(
    "changes",
    [{"due_at": database_now(3600)}, {"state": "delivered", "settled_at": database_now()}],
    ids=["due much later", "settled"],
)
def test_a_replay_nobody_came_for_is_found_once_it_is_late(due, changes):
    _put(due, **changes)
    store.deliveries.request_replay(due.id)
    assert store.deliveries.overdue(10) == set()

    _put(due, replay_requested_at=database_now(-11))

    assert store.deliveries.overdue(10) == {due.prediction_id}
    assert store.deliveries.overdue(10) == set()


def test_a_late_replay_does_not_bring_the_schedule_forward(due):
    _put(due, due_at=database_now(3600), replay_requested_at=database_now(-11))
    before = store.deliveries.get(due.id).due_at

    store.deliveries.overdue(10)

    assert store.deliveries.get(due.id).due_at == before


def test_a_replay_asked_for_during_another_is_made_after_it(due):
    store.deliveries.request_replay(due.id)
    claimed = store.deliveries.claim(due.id, 30)
    store.deliveries.request_replay(due.id)

    store.deliveries.settle_replay(claimed, factories.attempt(claimed), delivered=True)

    assert store.deliveries.head(due.prediction_id).id == due.id
    assert store.deliveries.claim(due.id, 30)


def test_the_sweeper_reads_nothing_but_what_is_late(database):
    sent = _statements(lambda: store.deliveries.overdue(10))

    due, replayed = [_plan(*statement) for statement in sent]

    assert re.search(RANGE[database].format("deliveries_due", "due_at"), due)
    assert re.search(RANGE[database].format("deliveries_replayed", "replay_requested_at"), replayed)
    assert not any("body" in statement for statement, _ in sent)


def test_a_body_is_read_by_whoever_claims_it_only(due):
    calls = [
        lambda: store.deliveries.head(due.prediction_id),
        lambda: store.deliveries.of_prediction(due.prediction_id),
        lambda: store.deliveries.request_replay(due.id),
        lambda: store.deliveries.close_pending(due.prediction_id, ["logs"], "superseded"),
        lambda: store.deliveries.close_target("nobody", due.target, "gone"),
    ]

    sent = [statement for call in calls for statement, _ in _statements(call)]

    assert not any("body" in statement for statement in sent)
    with pytest.raises(DetachedInstanceError):
        _ = store.deliveries.get(due.id).body
    assert store.deliveries.claim(due.id, 30).body == b"{}"


@pytest.mark.parametrize("state", ["due", "delivered"])
def test_whether_an_event_is_owed_still(due, state):
    _put(due, state=state, settled_at=None if state == "due" else database_now())

    assert store.deliveries.is_owed(due.prediction_id, "completed") == (state == "due")
    assert not store.deliveries.is_owed(due.prediction_id, "output")
