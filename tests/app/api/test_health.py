"""Whether the service says of itself what is true."""

import pytest

from app import live, store
from app.errors import Unavailable
from app.tables import Worker
from tests import factories
from tests.app.api.conftest import Caller

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def anybody(http, monkeypatch):
    """Somebody without a token, while the broker is there."""
    monkeypatch.setattr(live, "check", lambda: None)
    return Caller(http)


def away():
    raise Unavailable("It does not answer; try again shortly.")


def test_a_process_that_answers_is_live(anybody):
    answer = anybody.get("/health/live")

    assert (answer.status_code, answer.json) == (200, {"status": "live"})


def test_with_a_worker_for_each_model_the_service_is_ready(anybody):
    worker = Worker(id="w1", version_id=factories.ECHO, model="lab/echo", state="ready")
    store.workers.report(worker)

    answer = anybody.get("/health/ready")

    assert (answer.status_code, answer.json["status"]) == (200, "ready")
    assert set(answer.json["checks"]) == {"store", "broker", "lab/echo"}


def test_a_model_without_its_workers_is_named(anybody):
    answer = anybody.get("/health/ready")

    assert (answer.status_code, answer.json["status"]) == (503, "unready")
    assert answer.json["checks"]["lab/echo"] == {
        "is_ok": False,
        "detail": "0 of 1 instances are ready.",
    }
    assert answer.json["checks"]["store"]["is_ok"]


def test_a_broker_that_is_away_is_named(anybody, monkeypatch):
    monkeypatch.setattr(live, "check", away)

    answer = anybody.get("/health/ready")

    assert answer.status_code == 503
    assert answer.json["checks"]["broker"]["detail"] == "It does not answer; try again shortly."


def test_a_store_that_is_away_is_named(anybody, monkeypatch):
    monkeypatch.setattr(store, "check", away)
    monkeypatch.setattr(store.models, "kept_warm", away)

    answer = anybody.get("/health/ready")

    assert answer.status_code == 503
    assert set(answer.json["checks"]) == {"store", "broker"}
    assert not answer.json["checks"]["store"]["is_ok"]
