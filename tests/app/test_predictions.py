"""What a prediction's owner may do with it, on both databases."""

import contextlib
import threading
from datetime import timedelta

import pytest

from app import leases, live, predictions, store
from app.errors import InvalidInput, NotFound, Unavailable
from app.predictions import NewPrediction
from app.status import Status
from app.store.windows import Window
from tests import factories
from tests.service import eventually


def test_a_new_prediction_is_kept_before_it_is_queued(account, version, queued):
    prediction = predictions.create(account, version, NewPrediction({"text": "Nadia"}))

    row = store.predictions.get(prediction.id)
    assert (row.status, row.input) == (Status.STARTING, {"text": "Nadia", "times": 1})
    assert queued == [("predict", row.id, "cpu.lab.echo.eeeeeeeeeeee", "lab/echo")]


def test_a_prediction_with_wrong_input_is_not_kept(account, version, queued):
    with pytest.raises(InvalidInput, match="text"):
        predictions.create(account, version, NewPrediction({}))

    assert predictions.page(account, Window()) == []
    assert queued == []


def test_a_webhook_to_a_denied_address_is_refused(account, version, queued):
    new = NewPrediction({"text": "Nadia"}, webhook="http://127.0.0.1:6379/")

    with pytest.raises(InvalidInput) as refused:
        predictions.create(account, version, new)

    assert refused.value.fields[0].field == "webhook"


def test_cancel_after_becomes_a_deadline(account, version, queued):
    new = NewPrediction({"text": "Nadia"}, cancel_after=timedelta(seconds=30))

    row = store.predictions.get(predictions.create(account, version, new).id)

    assert timedelta(seconds=29) < row.deadline - row.created_at <= timedelta(seconds=30)


def test_what_the_broker_did_not_take_is_due_again_soon(account, version, monkeypatch):
    monkeypatch.setattr(predictions.dispatch.queues, "predict", lambda *_args, **_more: False)

    prediction = predictions.create(account, version, NewPrediction({"text": "Nadia"}))

    row = store.predictions.get(prediction.id)
    assert row.publish_at - row.created_at < timedelta(seconds=6)


def test_a_foreign_prediction_is_not_found(account, version, queued):
    theirs = factories.prediction(factories.account())

    with pytest.raises(NotFound):
        predictions.get(account, theirs.id)
    with pytest.raises(NotFound):
        predictions.cancel(account, theirs.id)


def test_canceling_a_waiting_prediction_ends_it(account, version, queued):
    waiting = factories.prediction(account)

    canceled = predictions.cancel(account, waiting.id)

    assert (canceled.status, canceled.started_at) == (Status.CANCELED, None)
    assert ("cancel", waiting.id) not in queued
    assert leases.take(waiting.id, "worker-1") is None


def test_canceling_a_running_prediction_ends_it_and_tells_the_worker(account, version, queued):
    running = factories.prediction(account)
    journal = leases.take(running.id, "worker-1")

    canceled = predictions.cancel(account, running.id)
    with leases.ending(journal):
        pass  # the model finished all the same

    assert canceled.status is Status.CANCELED
    assert ("cancel", running.id) in queued
    assert store.predictions.get(running.id).status is Status.CANCELED


def test_canceling_a_finished_prediction_changes_nothing(account, version, queued):
    finished = factories.prediction(account)
    with leases.ending(leases.take(finished.id, "worker-1")):
        pass

    unchanged = predictions.cancel(account, finished.id)

    assert unchanged.status is Status.SUCCEEDED


def test_cancel_and_finish_at_once_leave_one_end(account, version, queued):
    for _ in range(20):
        row = factories.prediction(account)
        journal = leases.take(row.id, "worker-1")
        canceling = threading.Thread(target=predictions.cancel, args=(account, row.id))

        canceling.start()
        with leases.ending(journal):
            pass
        canceling.join()

        assert queued.count(("ended", row.id)) == 1


@pytest.fixture
def heard(monkeypatch):
    """The event that word of an end sets."""
    event = threading.Event()
    monkeypatch.setattr(live, "watch", lambda _id: contextlib.nullcontext(event))
    monkeypatch.setattr(live, "is_leaving", lambda: False)
    return event


def test_running_returns_at_the_end(account, version, queued, heard):
    ran = []
    asked = account, version, NewPrediction({"text": "Nadia"})
    running = threading.Thread(target=lambda: ran.append(predictions.run(*asked, seconds=10)))

    running.start()
    message = eventually(lambda: queued and queued[0])
    predictions.cancel(account, message[1])
    heard.set()
    running.join(timeout=5)

    assert ran[0].status is Status.CANCELED


def test_running_ends_when_the_time_is_up(account, version, queued, heard):
    row = predictions.run(account, version, NewPrediction({"text": "Nadia"}), seconds=0.05)

    assert row.status is Status.STARTING


def test_a_wait_outlives_the_database(account, version, queued, heard, monkeypatch):
    def fail(*_arguments):
        raise Unavailable("away")

    monkeypatch.setattr(store.predictions, "get", fail)

    row = predictions.run(account, version, NewPrediction({"text": "Nadia"}), seconds=0.05)

    assert row.status is Status.STARTING


def test_pages_run_from_new_to_old_and_back(account, version, queued):
    rows = [factories.prediction(account) for _ in range(5)][::-1]
    here = (rows[2].created_at, rows[2].id)

    older = predictions.page(account, Window(cursor=here))
    newer = predictions.page(account, Window(cursor=here, newer=True))

    assert [row.id for row in older] == [row.id for row in rows[3:]]
    assert [row.id for row in newer] == [row.id for row in rows[:2]]


def test_a_list_can_be_cut_by_time(account, version, queued):
    rows = [factories.prediction(account) for _ in range(3)]
    window = Window(created_after=rows[1].created_at, created_before=rows[2].created_at)

    assert [row.id for row in predictions.page(account, window)] == [rows[1].id]
