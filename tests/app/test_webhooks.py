"""Which events are owed to a webhook, and what they say, on both databases."""

import json

import pytest

from app import leases, predictions, store, webhooks
from predictors import events
from tests import factories

URL = "https://hooks.example/in?id=7"


def _body(delivery):
    """What a due delivery says."""
    return json.loads(store.deliveries.claim(delivery.id, 60).body)


def _run(account, asked, *said):
    """Run a prediction with a webhook to its end; its deliveries."""
    row = factories.prediction(account, webhook=URL, webhook_events=asked)
    journal = leases.take(row.id, "worker-1")
    with leases.ending(journal):
        for event in said:
            journal.flushed_at -= 1
            leases.record(journal, event)
    return store.deliveries.of_prediction(row.id)


@pytest.mark.parametrize(
    ("asked", "owed"),
    [
        (None, ["output", "completed"]),
        (["start"], ["start"]),
        (["completed"], ["completed"]),
        (["start", "output", "logs", "completed"], ["start", "output", "completed"]),
        (["logs", "completed"], ["logs", "completed"]),
        (["output"], ["output"]),
    ],
    ids=["default", "start", "completed", "all", "logs", "output"],
)
def test_the_filter_decides_which_events_are_owed(account, version, queued, asked, owed):
    found = _run(account, asked, events.Log("a\n"), events.Output("b", is_piece=True))

    assert [delivery.event for delivery in found] == owed


def test_without_a_webhook_nothing_is_owed(account, version, queued):
    row = factories.prediction(account)

    with leases.ending(leases.take(row.id, "worker-1")):
        pass

    assert store.deliveries.of_prediction(row.id) == []


def test_intermediate_events_share_one_pending_delivery_with_the_latest_body(
    account, version, queued
):
    row = factories.prediction(account, webhook=URL, webhook_events=["output", "logs"])
    journal = leases.take(row.id, "worker-1")
    for piece in "abc":
        journal.flushed_at -= 1
        leases.record(journal, events.Output(piece, is_piece=True))

    pending = store.deliveries.of_prediction(row.id)

    assert len(pending) == 1
    assert _body(pending[0])["output"] == ["a", "b", "c"]


def test_the_end_drops_what_is_pending(account, version, queued):
    found = _run(account, ["output", "completed"], events.Output("a", is_piece=True))

    assert [(row.event, row.state) for row in found] == [
        ("output", "superseded"),
        ("completed", "due"),
    ]


def test_the_body_is_what_get_returns(account, version, queued):
    completed = _run(account, ["completed"], events.Output("done", is_piece=False))[-1]

    body = _body(completed)
    assert (body["status"], body["output"], body["webhook"]) == ("succeeded", "done", URL)
    assert body["metrics"]["total_time"] >= body["metrics"]["predict_time"] >= 0


def test_completed_has_the_same_id_however_it_comes_about(account, version, queued):
    completed = _run(account, ["completed"])[-1]

    same = webhooks._delivery(store.predictions.get(completed.prediction_id), "completed", b"")

    assert same.id == completed.id
    assert "." not in completed.id


def test_logs_too_long_for_a_webhook_are_cut_to_their_end(account, version, queued):
    completed = _run(account, ["completed"], events.Log("x" * 2_000_000 + "the end\n"))[-1]

    body = store.deliveries.claim(completed.id, 60).body
    logs = json.loads(body)["logs"]
    assert len(body) < webhooks.BODY_BYTES
    assert logs.startswith(webhooks.CUT)
    assert logs.endswith("the end\n")


def test_a_canceled_prediction_owes_completed_once(account, version, queued):
    row = factories.prediction(account, webhook=URL, webhook_events=["completed"])

    predictions.cancel(account, row.id)
    predictions.cancel(account, row.id)

    found = store.deliveries.of_prediction(row.id)
    assert [_body(delivery)["status"] for delivery in found] == ["canceled"]
