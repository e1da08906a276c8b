"""Processes killed with SIGKILL in the middle of work: nothing accepted is lost or ends twice."""

import collections
import itertools
import threading
import time
from collections.abc import Iterator

import pytest
import requests

from tests.e2e.conftest import FOLDERS, PREDICTORS, QUICK, catalogue
from tests.receiver import Receiver
from tests.service import Service, eventually, free_port

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

VICTIMS = {
    "runner": ("runner/main.py",),
    "worker": ("hearth", " worker "),
    "deliver": ("hearth", " deliver"),
    "sweep": ("hearth", " sweep"),
    "web": ("gunicorn",),
    "redis": ("redis-server",),
}
ENDED = {"succeeded", "failed", "canceled"}


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with Receiver(port=free_port()) as listening:
        yield listening


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, receiver: Receiver) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("faults")
    models = catalogue(
        folder / "models.toml",
        hello=PREDICTORS / "hello_world",
        countdown=FOLDERS / "countdown",
        crashes=FOLDERS / "crashes",
    )
    with Service(folder, models, egress_allow=f"127.0.0.1/32:{receiver.port}", **QUICK) as running:
        yield running


class _Client(threading.Thread):
    """Creates predictions, whatever happens, and remembers which were accepted."""

    def __init__(self, service: Service, receiver: Receiver) -> None:
        super().__init__()
        self._service, self._receiver = service, receiver
        self.accepted: list[str] = []
        self.statuses: collections.Counter[int] = collections.Counter()
        self.stopped = threading.Event()

    def run(self) -> None:
        for number in itertools.count():
            if self.stopped.wait(0.02):
                return
            try:
                self._create(number)
            except requests.RequestException:
                time.sleep(0.1)

    def _create(self, number: int) -> None:
        model = "countdown" if number % 4 == 0 else "hello"
        given = {"start": 3, "pause": 0.1} if model == "countdown" else {"text": str(number)}
        body = {
            "input": given,
            "webhook": self._receiver.url,
            "webhook_events_filter": ["completed"],
        }
        reply = self._service.call("POST", f"/v1/models/test/{model}/predictions", json=body)
        self.statuses[reply.status_code] += 1
        if reply.status_code == 201:
            self.accepted.append(reply.json()["id"])


@pytest.mark.parametrize("victim", VICTIMS)
def test_nothing_is_lost_when_this_process_is_killed(service, receiver, victim):
    client = _Client(service, receiver)
    client.start()
    for _ in range(3):
        eventually(service.is_ready, within=60, what="the service is ready")
        time.sleep(0.8)
        assert service.processes(*VICTIMS[victim])
        service.kill(*VICTIMS[victim])
    eventually(service.is_ready, within=60, what="the service is ready again")
    time.sleep(0.5)
    client.stopped.set()
    client.join()

    eventually(lambda: _all_ended(service, client.accepted), within=60, what="all ended")
    eventually(lambda: set(client.accepted) <= _completed(receiver), within=60, what="all told")

    assert len(client.accepted) > 20
    assert set(client.statuses) <= {201, 503}
    _assert_ended_once(service, receiver, client.accepted)


def test_a_worker_that_sleeps_past_its_lease_ends_nothing_wrongly(service):
    path = "/v1/models/test/countdown/predictions"
    given = {"input": {"start": 4, "pause": 0.5}}
    prediction = service.call("POST", path, json=given).json()["id"]
    eventually(lambda: _get(service, prediction)["status"] == "processing")

    (worker,) = service.processes("hearth", " worker ", "countdown")
    worker.suspend()
    time.sleep(5)  # longer than the lease, and a sweep
    worker.resume()

    row = eventually(lambda: (row := _get(service, prediction))["status"] in ENDED and row)
    assert (row["status"], row["output"]) == ("succeeded", ["4", "3", "2", "1"])


def test_a_prediction_that_kills_its_runner_fails_and_the_next_is_served(service):
    crashing = service.call(
        "POST",
        "/v1/models/test/crashes/predictions",
        json={"input": {"how": "signal"}},
        headers={"Prefer": "wait=30"},
    ).json()

    assert crashing["status"] == "failed"
    assert "3 attempts" in crashing["error"]
    assert service.client.run("test/hello", input={"text": "Nadia"}) == "hello Nadia"


def test_a_stopped_broker_keeps_no_client_waiting(service):
    (redis,) = service.processes(*VICTIMS["redis"])
    redis.suspend()
    try:
        before = time.monotonic()
        reply = service.call(
            "POST", "/v1/models/test/hello/predictions", json={"input": {"text": "Nadia"}}
        )
        seconds = time.monotonic() - before
    finally:
        redis.resume()

    assert reply.status_code in {201, 503}
    assert seconds < 10
    if reply.status_code == 201:
        eventually(lambda: _all_ended(service, [reply.json()["id"]]), within=30)


def _all_ended(service: Service, prediction_ids: list[str]) -> bool:
    return all(_get(service, id_)["status"] in ENDED for id_ in prediction_ids)


def _get(service: Service, prediction_id: str) -> dict[str, object]:
    return service.call("GET", f"/v1/predictions/{prediction_id}").json()


def _completed(receiver: Receiver) -> set[str]:
    return {request.json["id"] for request in list(receiver.requests)}


def _assert_ended_once(service: Service, receiver: Receiver, accepted: list[str]) -> None:
    """Every one succeeded, and each has one end, told under one id with one body."""
    told = collections.defaultdict(set)
    for request in list(receiver.requests):
        told[request.json["id"]].add((request.headers["webhook-id"], request.body))
    for prediction_id in accepted:
        row = _get(service, prediction_id)
        assert row["status"] == "succeeded", row
        assert len(told[prediction_id]) == 1
