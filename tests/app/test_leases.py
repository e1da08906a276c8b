"""A worker's right to write a prediction, on both databases."""

import pytest

from app import leases, store
from app.errors import Unavailable
from app.leases import LeaseLost
from app.status import Status
from app.store import patience
from predictors import child, events
from tests import factories


@pytest.fixture
def prediction(account, version, queued):
    return factories.prediction(account)


def test_taking_a_prediction_starts_it(prediction):
    journal = leases.take(prediction.id, "worker-1")

    row = store.predictions.get(prediction.id)
    assert (row.status, row.attempts, row.worker) == (Status.PROCESSING, 1, "worker-1")
    assert row.started_at >= row.created_at
    assert journal.input == {"text": "Nadia"}


def test_a_prediction_is_taken_once(prediction):
    first = leases.take(prediction.id, "worker-1")

    second = leases.take(prediction.id, "worker-2")

    assert first
    assert second is None


def test_success_is_written_with_output_logs_and_metrics(prediction, queued):
    journal = leases.take(prediction.id, "worker-1")

    with leases.ending(journal):
        leases.record(journal, events.Output("a", is_piece=True))
        leases.record(journal, events.Log("one line\n"))
        leases.record(journal, events.Output("b", is_piece=True))
        leases.record(journal, events.Metric("tokens", 2))

    row = store.predictions.get(prediction.id)
    assert (row.status, row.output, row.logs) == (Status.SUCCEEDED, ["a", "b"], "one line\n")
    assert row.metrics == {"tokens": 2}
    assert row.completed_at >= row.started_at
    assert ("ended", prediction.id) in queued


@pytest.mark.parametrize(
    ("error", "status", "text"),
    [
        (child.PredictionFailed("boom"), Status.FAILED, "boom"),
        (child.PredictionCanceled(), Status.CANCELED, None),
        (ZeroDivisionError(), Status.FAILED, leases.UNEXPECTED),
    ],
    ids=["model raised", "canceled", "our own fault"],
)
def test_every_way_out_of_a_run_is_an_end(prediction, error, status, text):
    journal = leases.take(prediction.id, "worker-1")

    with leases.ending(journal):
        raise error

    row = store.predictions.get(prediction.id)
    assert (row.status, row.error) == (status, text)


def test_the_time_of_a_run_stands_still_while_it_waits_for_others(prediction):
    journal = leases.take(prediction.id, "worker-1")

    leases.record(journal, events.Waits())

    assert store.predictions.get(prediction.id).run_expires_at is None


def test_a_run_starts_when_the_model_begins_with_it(prediction):
    journal = leases.take(prediction.id, "worker-1")
    taken = store.predictions.get(prediction.id)
    leases.record(journal, events.Waits())

    leases.record(journal, events.Began())

    begun = store.predictions.get(prediction.id)
    assert begun.started_at > taken.started_at
    assert begun.run_expires_at > taken.run_expires_at


def test_a_prediction_that_had_not_begun_is_handed_back_uncounted(prediction, queued):
    journal = leases.take(prediction.id, "worker-1")

    with leases.ending(journal):
        raise child.RunnerLost("killed by signal SIGKILL", has_run=False)

    assert store.predictions.get(prediction.id).attempts == 0
    assert ("predict", prediction.id) == queued[-1][:2]
    assert leases.take(prediction.id, "worker-2").attempt == 1


def test_what_a_dead_worker_held_is_taken_up_again(prediction, configure_lease_of):
    configure_lease_of(0.000001)
    zombie = leases.take(prediction.id, "worker-1")

    second = leases.take(prediction.id, "worker-2")

    assert second.lease.number == zombie.lease.number + 1
    assert store.predictions.get(prediction.id).attempts == 2


def test_a_zombie_writes_nothing(prediction, configure_lease_of):
    configure_lease_of(0.000001)
    zombie = leases.take(prediction.id, "worker-1")
    leases.take(prediction.id, "worker-2")
    zombie.flushed_at = float("-inf")

    with pytest.raises(LeaseLost):
        leases.record(zombie, events.Output("stale", is_piece=True))
    with leases.ending(zombie):
        pass

    row = store.predictions.get(prediction.id)
    assert (row.status, row.output, row.worker) == (Status.PROCESSING, None, "worker-2")


def test_a_lost_runner_starts_the_prediction_again_and_says_so(prediction, queued):
    journal = leases.take(prediction.id, "worker-1")

    with leases.ending(journal):
        raise child.RunnerLost("was killed by signal SIGKILL")

    row = store.predictions.get(prediction.id)
    assert row.status is Status.PROCESSING
    assert row.logs == (
        "The model's process was killed by signal SIGKILL. Starting again: attempt 2 of 3.\n"
    )
    assert ("predict", prediction.id, prediction.queue, "lab/echo") in queued
    assert leases.take(prediction.id, "worker-1").attempt == 2


def test_a_prediction_that_kills_its_runner_three_times_fails(prediction):
    for _ in range(3):
        journal = leases.take(prediction.id, "worker-1")
        with leases.ending(journal):
            raise child.RunnerLost("was killed by signal SIGSEGV")

    row = store.predictions.get(prediction.id)
    assert row.status is Status.FAILED
    assert row.error == (
        "The model's process was killed by signal SIGSEGV. Given up after 3 attempts."
    )


def test_a_lease_handed_back_costs_no_attempt(prediction, queued):
    journal = leases.take(prediction.id, "worker-1")

    leases.hand_back(journal.lease)

    again = leases.take(prediction.id, "worker-2")
    assert again.attempt == 1
    assert ("predict", prediction.id, prediction.queue, "lab/echo") in queued


def test_renewing_tells_which_leases_still_hold(account, prediction, queued):
    other = factories.prediction(account)
    held = [leases.take(row.id, "worker-1").lease for row in (prediction, other)]
    leases.hand_back(held[1])

    assert leases.renew(held) == {prediction.id}


def test_output_is_written_down_at_most_every_half_second(prediction):
    journal = leases.take(prediction.id, "worker-1")

    leases.record(journal, events.Output("soon", is_piece=True))
    soon = store.predictions.get(prediction.id).output
    journal.flushed_at -= 0.5
    leases.record(journal, events.Tick())

    assert soon is None
    assert store.predictions.get(prediction.id).output == ["soon"]


@pytest.fixture
def configure_lease_of(configure):
    def set_lease(seconds):
        configure(lease_seconds=seconds, beat_seconds=seconds / 2)

    return set_lease


def test_a_start_that_was_told_is_not_owed_again_after_a_hand_back(account, version, queued):
    row = factories.prediction(
        account, webhook="https://hooks.example/", webhook_events=["start", "completed"]
    )
    leases.hand_back(leases.take(row.id, "worker-1").lease)

    with leases.ending(leases.take(row.id, "worker-2")):
        pass

    events_owed = [delivery.event for delivery in store.deliveries.of_prediction(row.id)]
    assert events_owed == ["start", "completed"]


def test_each_run_has_a_name_of_its_own(prediction):
    first = leases.take(prediction.id, "worker-1").lease
    leases.hand_back(first)

    second = leases.take(prediction.id, "worker-1").lease

    assert first.key != second.key


def test_endless_logs_keep_their_beginning_and_their_end(prediction):
    journal = leases.take(prediction.id, "worker-1")

    for number in range(2000):
        journal.note(events.Log(f"{number} {'x' * 1000}\n"))

    assert len(journal.logs) <= 1024 * 1024
    assert journal.logs.startswith("0 ")
    assert leases.LOGS_CUT in journal.logs
    assert journal.logs.splitlines()[-1].startswith("1999 ")


def test_a_worker_waits_for_a_database_that_is_away(prediction, monkeypatch):
    answers = iter([Unavailable("away"), Unavailable("away")])
    claim = store.predictions.claim

    def fail_twice(*arguments, **more):
        if error := next(answers, None):
            raise error
        return claim(*arguments, **more)

    monkeypatch.setattr(store.predictions, "claim", fail_twice)
    monkeypatch.setattr(patience, "PAUSE_SECONDS", 0)

    assert leases.take(prediction.id, "worker-1")


@pytest.fixture
def streamed(account, version, queued):
    return factories.prediction(account, stream_key="item-k")


def test_every_piece_of_a_streamed_output_is_sent_at_once(streamed, queued):
    journal = leases.take(streamed.id, "worker-1")

    leases.record(journal, events.Output("a", is_piece=True))
    leases.record(journal, events.Log("no piece\n"))
    leases.record(journal, events.Output({"b": 1}, is_piece=True))

    lease = journal.lease
    assert queued[-2:] == [("piece", lease, 0, "a"), ("piece", lease, 1, {"b": 1})]


def test_pieces_that_nobody_can_read_live_are_not_sent(prediction, queued):
    journal = leases.take(prediction.id, "worker-1")

    leases.record(journal, events.Output("a", is_piece=True))

    assert not [message for message in queued if message[0] == "piece"]


def test_the_end_of_a_streamed_output_is_told_to_its_readers(streamed, prediction, queued):
    for row in (streamed, prediction):
        with leases.ending(leases.take(row.id, "worker-1")):
            pass

    assert [message for message in queued if message[0] == "stream ended"] == [
        ("stream ended", streamed.id)
    ]


@pytest.mark.parametrize("is_worker_lost", [True, False])
def test_output_of_a_run_that_is_over_is_dropped_with_its_lease(prediction, is_worker_lost):
    journal = leases.take(prediction.id, "worker-1")
    journal.flushed_at = float("-inf")
    leases.record(journal, events.Output("a", is_piece=True))

    store.predictions.let_go(journal.lease, counts=is_worker_lost)

    assert store.predictions.get(prediction.id).output is None
