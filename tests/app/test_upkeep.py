"""What time does to predictions, on both databases."""

import pytest

from app import leases, live, store, upkeep
from app.errors import Unavailable
from app.status import Status
from app.tables import Worker
from predictors import events
from tests import factories


@pytest.fixture
def prediction(account, version, queued):
    return factories.prediction(account)


def _set_past(prediction_id, *columns):
    past = store.now().replace(year=2000)
    store.predictions.change(prediction_id, dict.fromkeys(columns, past), where=list(Status))


def test_a_lost_worker_s_prediction_is_queued_again(prediction, queued):
    leases.take(prediction.id, "worker-1")
    _set_past(prediction.id, "lease_expires_at")

    upkeep.sweep()

    assert queued.count(("predict", prediction.id, prediction.queue, "lab/echo")) == 1
    assert leases.take(prediction.id, "worker-2").attempt == 2


def test_a_prediction_whose_workers_died_three_times_fails(prediction):
    for attempt in range(3):
        leases.take(prediction.id, f"worker-{attempt}")
        _set_past(prediction.id, "lease_expires_at")
        upkeep.sweep()

    row = store.predictions.get(prediction.id)
    assert row.status is Status.FAILED
    assert row.error == "The worker died while it ran the prediction, 3 times. Given up."


def test_a_living_lease_is_left_alone(prediction, queued):
    leases.take(prediction.id, "worker-1")
    queued.clear()

    upkeep.sweep()

    assert queued == []


def test_what_nobody_took_is_published_again_ever_more_seldom(prediction, queued):
    pauses = []
    for _ in range(3):
        _set_past(prediction.id, "publish_at")
        upkeep.sweep()
        due = store.predictions.get(prediction.id).publish_at
        pauses.append(round((due - store.now()).total_seconds()))

    assert pauses == [15, 30, 60]
    assert len(queued) == 3


def test_a_prediction_past_its_deadline_is_canceled(prediction, queued):
    _set_past(prediction.id, "deadline")

    upkeep.sweep()

    assert store.predictions.get(prediction.id).status is Status.CANCELED
    assert leases.take(prediction.id, "worker-1") is None


def test_a_prediction_that_runs_too_long_fails_and_is_stopped(prediction, queued):
    leases.take(prediction.id, "worker-1")
    _set_past(prediction.id, "run_expires_at")

    upkeep.sweep()

    row = store.predictions.get(prediction.id)
    assert row.status is Status.FAILED
    assert row.error == "The prediction ran longer than the model's limit of 1800 seconds."
    assert ("cancel", prediction.id) in queued


def test_when_the_broker_lost_everything_all_that_waits_is_published(
    prediction, queued, monkeypatch
):
    upkeep.sweep()
    queued.clear()
    monkeypatch.setattr(live, "broker_is_new", lambda: True)

    upkeep.sweep()

    assert queued == [("predict", prediction.id, prediction.queue, "lab/echo")]


def test_a_model_that_cannot_be_loaded_fails_what_waits_for_it(prediction, version):
    upkeep.fail_waiting(version.id, "no weights")

    row = store.predictions.get(prediction.id)
    assert (row.status, row.error) == (
        Status.FAILED,
        "The model could not be loaded: no weights",
    )


def test_a_model_that_another_worker_holds_keeps_its_predictions(prediction, version):
    store.workers.report(
        Worker(id="w", version_id=version.id, model="lab/echo", state="ready", error=None)
    )

    upkeep.fail_waiting(version.id, "no weights")

    assert store.predictions.get(prediction.id).status is Status.STARTING


def test_a_version_left_behind_fails_its_predictions_once_no_worker_holds_it(
    account, version, queued
):
    waiting = factories.prediction(account)
    report = Worker(id="w", version_id=version.id, model="lab/echo", state="ready", error=None)
    store.workers.report(report)
    factories.version(id="f" * 64)

    upkeep.sweep()
    while_held = store.predictions.get(waiting.id).status
    store.workers.forget("w")
    upkeep.sweep()

    row = store.predictions.get(waiting.id)
    assert while_held is Status.STARTING
    assert (row.status, row.error) == (Status.FAILED, upkeep.UNSERVED)


def test_what_was_handed_back_long_ago_is_run_not_failed(prediction, configure, queued):
    configure(attempts=3)
    journal = leases.take(prediction.id, "worker-1")
    _set_past(prediction.id, "run_expires_at")
    leases.hand_back(journal.lease)

    upkeep.sweep()

    assert store.predictions.get(prediction.id).status is Status.PROCESSING
    assert leases.take(prediction.id, "worker-2")


def test_a_worker_lost_for_long_is_a_lost_worker_not_a_slow_model(prediction, queued):
    leases.take(prediction.id, "worker-1")
    _set_past(prediction.id, "run_expires_at", "lease_expires_at")

    upkeep.sweep()

    assert store.predictions.get(prediction.id).status is Status.PROCESSING
    assert leases.take(prediction.id, "worker-2").attempt == 2


def test_a_message_that_failed_late_does_not_hide_a_lost_worker(prediction, queued):
    leases.take(prediction.id, "worker-1")
    store.predictions.unpublish([prediction.id], 3600)
    _set_past(prediction.id, "lease_expires_at")
    queued.clear()

    upkeep.sweep()

    assert queued == [("predict", prediction.id, prediction.queue, "lab/echo")]


def test_fewer_attempts_by_setting_strand_nothing(prediction, configure, queued):
    leases.hand_back(leases.take(prediction.id, "worker-1").lease)
    leases.take(prediction.id, "worker-1")
    _set_past(prediction.id, "lease_expires_at")
    upkeep.restart_lost()
    configure(attempts=1)

    upkeep.sweep()

    assert store.predictions.get(prediction.id).status is Status.FAILED


def test_one_step_that_fails_does_not_stop_the_others(prediction, queued, monkeypatch):
    def fail(*_arguments):
        raise Unavailable("away")

    monkeypatch.setattr(store.predictions, "overdue", fail)

    upkeep.sweep()

    assert queued == [("predict", prediction.id, prediction.queue, "lab/echo")]


@pytest.fixture
def ended(account, version, queued):
    """A prediction that succeeded long ago, with a webhook that is still owed."""
    row = factories.prediction(account, webhook="https://example.com/hook")
    journal = leases.take(row.id, "worker-1")
    with leases.ending(journal):
        leases.record(journal, events.Output("done", is_piece=False))
    _set_past(row.id, "completed_at")
    return row


def _settle(prediction):
    while head := store.deliveries.head(prediction.id):
        claimed = store.deliveries.claim(head.id, 20)
        store.deliveries.settle(claimed, factories.attempt(claimed), "delivered", 0)


def test_the_data_of_what_ended_long_ago_is_removed(ended):
    _settle(ended)

    upkeep.remove_old_data()

    row = store.predictions.get(ended.id)
    assert (row.input, row.output, row.logs, row.data_removed) == ({}, None, "", True)
    assert row.status is Status.SUCCEEDED
    assert not store.deliveries.of_prediction(ended.id)


def test_what_still_owes_a_webhook_keeps_its_data(ended):
    upkeep.remove_old_data()

    assert store.predictions.get(ended.id).output == "done"


def test_what_ended_lately_keeps_its_data(ended):
    _settle(ended)
    store.predictions.change(ended.id, {"completed_at": store.now()}, where=list(Status))

    upkeep.remove_old_data()

    assert store.predictions.get(ended.id).output == "done"
