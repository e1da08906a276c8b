"""Which events are owed to a webhook, and what they say, on both databases."""

import json
import re

import pytest

from app import leases, predictions, store, webhooks
from predictors import events
from tests import factories

URL = "https://hooks.example/in?id=7"
LONG = "\N{CAT}" * 100_000  # twelve bytes each, as JSON
SHORT = "x" * 900_000


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


@pytest.mark.usefixtures("version", "queued")
@pytest.mark.parametrize(
    ("parts", "left_out", "said"),
    [
        ({"logs": LONG, "output": "small"}, {"logs"}, {"output": "small"}),
        ({"logs": "x" * 300_000, "output": SHORT}, {"logs"}, {"output": SHORT}),
        ({"logs": SHORT, "output": f"data:,{LONG}"}, {"output"}, {"output": None}),
        ({"logs": LONG, "output": [LONG]}, {"logs", "output"}, {"output": None}),
        ({"input": {"file": LONG}, "output": "a"}, {"input"}, {"input": {}, "output": "a"}),
        ({"error": "Broken: " + LONG}, {"error"}, {"error": f"Broken: {LONG}"[:4096]}),
        ({"metrics": {"long": LONG}}, {"metrics"}, {"metrics": {}}),
        (
            dict.fromkeys(["logs", "output", "error"], LONG) | {"input": {"x": LONG}},
            {"logs", "output", "error", "input"},
            {"input": {}, "output": None},
        ),
    ],
    ids=[
        "logs",
        "logs rather than a larger output",
        "output rather than logs",
        "logs and output",
        "input",
        "error",
        "metrics",
        "all",
    ],
)
def test_a_body_too_long_goes_without_what_makes_it_so(account, parts, left_out, said):
    given = {"logs": "", "error": None, "input": {"text": "a"}, "output": None, **parts}
    row = factories.prediction(account, webhook=URL, webhook_events=["completed"], **given)
    predictions.cancel(account, row.id)
    (completed,) = store.deliveries.of_prediction(row.id)

    raw = store.deliveries.claim(completed.id, 60).body

    body = json.loads(raw)
    note, _, logs = body["logs"].partition("\n")
    assert len(raw) <= webhooks.BODY_BYTES
    assert set(re.findall("input|output|logs|error|metrics", note)) == left_out
    assert logs == (given["logs"][-webhooks.LOGS_TAIL :] if "logs" in left_out else given["logs"])
    assert {**body, **said} == body
    assert body["urls"]["get"].endswith(row.id)


def test_a_canceled_prediction_owes_completed_once(account, version, queued):
    row = factories.prediction(account, webhook=URL, webhook_events=["completed"])

    predictions.cancel(account, row.id)
    predictions.cancel(account, row.id)

    found = store.deliveries.of_prediction(row.id)
    assert [_body(delivery)["status"] for delivery in found] == ["canceled"]
