"""What goes to the queues, and when."""

import pytest

from app import dispatch, queues, store
from tests import factories


@pytest.fixture
def rows(account, version):
    return [factories.prediction(account) for _ in range(3)]


def _due_at(row):
    return store.predictions.get(row.id).publish_at


def test_everything_that_waits_is_published_once(rows, queued):
    dispatch.publish()
    dispatch.publish()

    assert sorted(message[1] for message in queued) == sorted(row.id for row in rows)


def test_only_the_named_queue_is_looked_at(rows, queued):
    dispatch.publish("cpu.other.queue.000000000000")

    assert queued == []


def test_a_failing_broker_is_tried_once_and_the_rest_is_due_again(rows, monkeypatch, configure):
    tried = []
    monkeypatch.setattr(queues, "predict", lambda id_, **_more: bool(tried.append(id_)))

    dispatch.publish()

    assert len(tried) == 1
    pauses = [(_due_at(row) - store.now()).total_seconds() for row in rows]
    assert all(4 < pause < 5 for pause in pauses)
