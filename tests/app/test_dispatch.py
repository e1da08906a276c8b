"""What goes to the queues, and when."""

import threading

import pytest

from app import dispatch, queues, store
from tests import factories


@pytest.fixture
def rows(account, version):
    return [factories.prediction(account) for _ in range(3)]


def _due_at(row):
    return store.predictions.get(row.id).publish_at


def test_everything_that_waits_is_published_once(rows, queued):
    dispatch.publish_everywhere()
    dispatch.publish_everywhere()

    assert sorted(message[1] for message in queued) == sorted(row.id for row in rows)


def test_only_the_named_queue_is_looked_at(rows, queued):
    dispatch.publish("cpu.other.queue.000000000000")

    assert queued == []


def test_a_failing_broker_is_tried_once_and_the_rest_is_due_again(rows, monkeypatch, configure):
    tried = []
    monkeypatch.setattr(queues, "predict", lambda id_, **_more: bool(tried.append(id_)))

    dispatch.publish_everywhere()

    assert len(tried) == 1
    pauses = [(_due_at(row) - store.now()).total_seconds() for row in rows]
    assert all(4 < pause < 5 for pause in pauses)


def test_of_a_backlog_a_create_sends_a_few_and_the_sweeper_the_rest(
    account, version, queued, monkeypatch
):
    monkeypatch.setattr(dispatch, "A_FEW", 2)
    rows = [factories.prediction(account) for _ in range(5)]

    dispatch.publish(rows[0].queue)
    few = len(queued)
    dispatch.publish_everywhere()

    assert (few, len(queued)) == (2, 5)


def test_two_that_publish_at_once_send_nothing_twice(account, version, queued):
    rows = [factories.prediction(account) for _ in range(40)]
    threads = [threading.Thread(target=dispatch.publish_everywhere) for _ in range(8)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(message[1] for message in queued) == sorted(row.id for row in rows)
