"""Predictions over HTTP."""

import threading
from contextlib import contextmanager

import pytest

from app import leases, live, predictions, store, webhooks
from app.tables import Prediction
from predictors import events
from tests import factories
from tests.app.api.conftest import PUBLIC_URL

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

INPUT = {"text": "Nadia"}
BY_VERSION = {"version": factories.ECHO, "input": INPUT}
HELD = {"Prefer": "wait"}
KEYS = {
    "id", "model", "version", "status", "input", "output", "error", "logs", "metrics", "source",
    "data_removed", "created_at", "started_at", "completed_at", "deadline", "deployment", "urls",
    "webhook", "webhook_events_filter",
}  # fmt: skip


@pytest.fixture
def during_wait(monkeypatch):
    """Have something done to a prediction while its create is held."""

    def arrange(act):
        class Meanwhile(threading.Event):
            def wait(self, timeout=None):
                act(store.predictions.get(self.prediction_id))

        @contextmanager
        def watch(prediction_id):
            event = Meanwhile()
            event.prediction_id = prediction_id
            yield event

        monkeypatch.setattr(live, "watch", watch)
        monkeypatch.setattr(live, "is_leaving", lambda: False)

    return arrange


def finish(row: Prediction) -> None:
    journal = leases.take(row.id, "worker-1")
    with leases.ending(journal):
        leases.record(journal, events.Output("Nadia", is_piece=True))


def begin(row: Prediction) -> None:
    leases.take(row.id, "worker-1")


@pytest.mark.parametrize("reference", ["lab/echo", f"lab/echo:{factories.ECHO}", factories.ECHO])
def test_a_version_can_be_named_in_three_ways(caller, reference):
    made = caller.post("/v1/predictions", {"version": reference, "input": INPUT})

    assert made.status_code == 201
    assert (made.json["model"], made.json["version"]) == ("lab/echo", factories.ECHO)


def test_a_model_can_be_asked_by_its_name(caller):
    made = caller.post("/v1/models/lab/echo/predictions", {"input": INPUT})

    assert (made.status_code, made.json["version"]) == (201, factories.ECHO)


def test_a_new_prediction_has_every_key_and_nothing_in_it(caller, queued):
    made = caller.post("/v1/predictions", BY_VERSION)

    got = made.json
    url = f"{PUBLIC_URL}/v1/predictions/{got['id']}"
    web = f"{PUBLIC_URL}/p/{got['id']}"
    assert set(got) == KEYS
    assert got["urls"] == {"get": url, "cancel": f"{url}/cancel", "web": web}
    assert (got["status"], got["output"], got["logs"], got["metrics"]) == ("starting", None, "", {})
    assert (got["input"], made.headers["Location"]) == ({"text": "Nadia", "times": 1}, url)
    assert ("predict", got["id"], "cpu.lab.echo.eeeeeeeeeeee", "lab/echo") in queued


def test_get_says_what_create_said(caller):
    made = caller.post("/v1/predictions", BY_VERSION)

    got = caller.get(f"/v1/predictions/{made.json['id']}")

    assert (got.status_code, got.json) == (200, made.json)


def test_a_prediction_that_ends_in_time_is_answered_whole(caller, during_wait):
    during_wait(finish)

    made = caller.post("/v1/predictions", BY_VERSION, headers=HELD)

    assert (made.status_code, made.headers["Preference-Applied"]) == (201, "wait")
    assert (made.json["status"], made.json["output"]) == ("succeeded", ["Nadia"])
    assert set(made.json["metrics"]) == {"predict_time", "total_time"}


def test_a_prediction_that_runs_when_the_wait_is_over_is_still_called_starting(caller, during_wait):
    during_wait(begin)

    made = caller.post("/v1/predictions", BY_VERSION, headers={"Prefer": "WAIT=99"})

    assert (made.status_code, made.headers["Preference-Applied"]) == (202, "wait=60")
    assert (made.json["status"], made.json["output"]) == ("starting", None)
    assert made.json["started_at"] is None
    assert made.headers["Location"] == made.json["urls"]["get"]


def test_a_running_prediction_shows_its_output_so_far(caller, account, configure):
    configure(flush_seconds=1e-9)
    journal = leases.take(factories.prediction(account).id, "worker-1")
    leases.record(journal, events.Output("Na", is_piece=True))

    got = caller.get(f"/v1/predictions/{journal.lease.prediction_id}").json

    assert (got["status"], got["output"]) == ("processing", ["Na"])
    assert got["started_at"].endswith("Z")


def test_canceling_is_said_at_once(caller):
    made = caller.post("/v1/predictions", BY_VERSION).json

    canceled = caller.post(f"/v1/predictions/{made['id']}/cancel")

    assert (canceled.status_code, canceled.json["status"]) == (200, "canceled")
    assert set(canceled.json["metrics"]) == {"total_time"}
    assert canceled.json["completed_at"]


def test_canceling_what_has_ended_changes_nothing(caller, account):
    row = factories.prediction(account)
    finish(row)
    before = caller.get(f"/v1/predictions/{row.id}").json

    canceled = caller.post(f"/v1/predictions/{row.id}/cancel")

    assert (canceled.status_code, canceled.json) == (200, before)


def test_cancel_after_sets_the_deadline(caller):
    made = caller.post("/v1/predictions", BY_VERSION, headers={"Cancel-After": "1m30s"})

    assert made.json["deadline"] > made.json["created_at"]


def test_a_lifetime_in_the_body_is_a_deadline_too(caller):
    made = caller.post("/v1/predictions", {**BY_VERSION, "lifetime": "30s"})

    assert made.json["deadline"] > made.json["created_at"]


def test_the_webhook_and_its_filter_are_echoed(caller):
    asked = {"webhook": "http://127.0.0.1:9700/hook", "webhook_events_filter": ["logs"]}

    made = caller.post("/v1/predictions", {**BY_VERSION, **asked, "stream": True})

    assert made.status_code == 201
    assert {key: made.json[key] for key in asked} == asked


def test_the_older_completed_webhook_is_a_webhook_for_that_event(caller):
    body = {**BY_VERSION, "webhook_completed": "http://127.0.0.1:9700/hook"}

    made = caller.post("/v1/predictions", body).json

    assert made["webhook"] == "http://127.0.0.1:9700/hook"
    assert made["webhook_events_filter"] == ["completed"]


def test_a_webhook_to_a_denied_address_is_refused_with_the_reason(caller):
    made = caller.post("/v1/predictions", {**BY_VERSION, "webhook": "http://127.0.0.1:6379/"})

    assert made.status_code == 422
    assert [field["field"] for field in made.json["invalid_fields"]] == ["webhook"]


def test_deliveries_are_listed_with_their_attempts(caller, account):
    row = factories.prediction(account, webhook="http://127.0.0.1:9700/")
    predictions.cancel(account, row.id)

    listed = caller.get(f"/v1/predictions/{row.id}/deliveries")

    assert listed.status_code == 200
    (delivery,) = listed.json["results"]
    assert (delivery["event"], delivery["state"], delivery["attempts"]) == ("completed", "due", [])


def test_a_delivery_can_be_sent_again(caller, account, queued):
    row = factories.prediction(account, webhook="http://127.0.0.1:9700/")
    predictions.cancel(account, row.id)
    (delivery,) = store.deliveries.of_prediction(row.id)
    queued.clear()

    replayed = caller.post(f"/v1/predictions/{row.id}/deliveries/{delivery.id}/replay")

    assert (replayed.status_code, replayed.json["id"]) == (200, delivery.id)
    assert queued == [("deliver", row.id)]


def test_a_webhook_says_what_get_says(caller, account):
    row = factories.prediction(account, webhook="http://127.0.0.1:9700/")

    body = webhooks._body(row)

    assert body == caller.get(f"/v1/predictions/{row.id}").data.rstrip()


@pytest.mark.parametrize(
    "url", ["http://a\x00b/", "http://\ud800/", "ftp://a.b/", "hook", "http://"]
)
def test_no_webhook_is_too_odd_to_be_refused(caller, url):
    made = caller.post("/v1/predictions", {**BY_VERSION, "webhook": url})

    assert made.status_code == 422
