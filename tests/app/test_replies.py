"""What replies say other than what is stored."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from app import replies
from app.status import Status
from app.tables import Attempt, Delivery, Prediction

NOON = datetime(2026, 2, 3, 12, tzinfo=UTC)


def prediction(**changes):
    given = {
        "id": "k3v9",
        "model": "lab/echo",
        "version_id": "9f2c",
        "status": Status.SUCCEEDED,
        "input": {"text": "Nadia"},
        "output": ["Nadia"],
        "logs": "done\n",
        "metrics": {"tokens": 2},
        "source": "api",
        "data_removed": False,
        "created_at": NOON,
        "started_at": NOON + timedelta(seconds=1),
        "completed_at": NOON + timedelta(seconds=1.5),
    }
    return Prediction(**{**given, **changes})


@pytest.fixture(autouse=True)
def _public_url(configure):
    configure(public_url="https://hearth.example/")


def test_times_are_utc_with_microseconds():
    there = datetime(2026, 2, 3, 14, tzinfo=timezone(timedelta(hours=2)))

    assert replies.prediction(prediction(created_at=there))["created_at"] == (
        "2026-02-03T12:00:00.000000Z"
    )


def test_urls_begin_with_the_public_url():
    assert replies.prediction(prediction())["urls"] == {
        "get": "https://hearth.example/v1/predictions/k3v9",
        "cancel": "https://hearth.example/v1/predictions/k3v9/cancel",
        "web": "https://hearth.example/p/k3v9",
    }


def test_the_times_of_a_run_join_the_models_own_metrics():
    assert replies.prediction(prediction())["metrics"] == {
        "tokens": 2,
        "predict_time": 0.5,
        "total_time": 1.5,
    }


def test_what_never_ran_has_no_run_time():
    canceled = prediction(status=Status.CANCELED, started_at=None, metrics={})

    assert replies.prediction(canceled)["metrics"] == {"total_time": 1.5}


def test_what_goes_on_has_no_times_yet():
    assert replies.prediction(prediction(completed_at=None))["metrics"] == {"tokens": 2}


def test_a_start_hides_whatever_has_happened_since():
    said = replies.starting(prediction(error="broke"))

    assert said["status"] == Status.STARTING
    assert (said["output"], said["error"], said["logs"], said["metrics"]) == (None, None, "", {})
    assert (said["started_at"], said["completed_at"]) == (None, None)
    assert said["input"] == {"text": "Nadia"}


def test_a_settled_delivery_is_due_no_more():
    row = Delivery(id="d1", event="completed", url="http://a.example", state="delivered")
    row.failures, row.created_at, row.due_at, row.settled_at = 0, NOON, NOON, NOON

    assert replies.delivery(row)["due_at"] is None


def test_a_delivery_log_holds_every_attempt():
    row = Delivery(id="d1", event="completed", url="http://a.example", state="due")
    row.failures, row.created_at, row.due_at = 1, NOON, NOON + timedelta(seconds=2)
    made = Attempt(number=1, trigger="schedule", started_at=NOON, seconds=0.1, error="refused")

    log = replies.delivery_log(row, [made])

    assert (log["due_at"], log["settled_at"]) == ("2026-02-03T12:00:02.000000Z", None)
    assert [each["error"] for each in log["attempts"]] == ["refused"]
    assert log["attempts"][0]["started_at"] == "2026-02-03T12:00:00.000000Z"


@pytest.mark.parametrize(
    ("key", "urls"),
    [
        (None, {}),
        ("text-k", {"stream": "https://hearth.example/v1/streams/text-k"}),
        ("item-k", {"stream": "https://hearth.example/v1/streams/item-k"}),
        ("file-k", {"stream": "https://hearth.example/v1/files/streams/file-k"}),
    ],
)
def test_a_stream_is_named_only_where_there_is_one(key, urls):
    said = replies.prediction(prediction(stream_key=key))["urls"]

    assert {name: url for name, url in said.items() if name == "stream"} == urls
