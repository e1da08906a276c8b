"""A whole service on a given PostgreSQL and a given Redis, both of which may go away."""

import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass

import psutil
import pytest
import redis

from tasks import redis_server
from tests import postgres
from tests.e2e.conftest import FOLDERS, PREDICTORS, QUICK, catalogue
from tests.service import Service, eventually, free_port

pytestmark = [pytest.mark.e2e, pytest.mark.postgres]


@pytest.fixture(scope="module")
def database(postgres_server: postgres.Server) -> Iterator[postgres.Server]:
    with postgres.server() as server:
        server.execute("CREATE DATABASE hearth")
        yield server


@dataclass(frozen=True)
class GivenRedis:
    url: str
    process: psutil.Process


@pytest.fixture(scope="module")
def broker() -> Iterator[GivenRedis]:
    port = free_port()
    command = [redis_server.find(), "--port", str(port), "--save", "", "--bind", "127.0.0.1"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    yield GivenRedis(f"redis://127.0.0.1:{port}/0", psutil.Process(process.pid))
    process.kill()
    process.wait()


@pytest.fixture(scope="module")
def service(tmp_path_factory, database, broker) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("production")
    models = catalogue(
        folder / "models.toml", hello=PREDICTORS / "hello_world", slow=FOLDERS / "slow"
    )
    urls = {"database_url": f"{database.url}/hearth", "redis_url": broker.url}
    with Service(folder, models, **urls, **QUICK) as running:
        yield running


def _create(service, **headers):
    path = "/v1/models/test/hello/predictions"
    return service.call("POST", path, json={"input": {"text": "Nadia"}}, headers=headers)


def test_predictions_run_on_a_given_database_and_redis(service):
    reply = _create(service, Prefer="wait=20")

    assert reply.json()["output"] == "hello Nadia"
    assert not service.processes("redis-server")
    assert not (service.folder / "data" / "hearth.db").exists()


def test_without_its_database_the_service_says_so_and_comes_back(service, database):
    waiting = _create(service).json()["id"]
    database.stop()
    try:
        created = _create(service)
        read = service.call("GET", f"/v1/predictions/{waiting}")
    finally:
        database.start()

    for reply in (created, read):
        assert reply.status_code == 503
        assert reply.headers["Retry-After"]
    assert eventually(lambda: _create(service, Prefer="wait=20").status_code == 201)
    eventually(
        lambda: (
            service.call("GET", f"/v1/predictions/{waiting}").json().get("status") == "succeeded"
        )
    )


def test_a_cleared_redis_loses_nothing(service, broker):
    ids = [_create(service).json()["id"] for _ in range(20)]
    with redis.Redis.from_url(broker.url) as client:
        client.flushall()
    ids += [_create(service).json()["id"] for _ in range(5)]

    def ended():
        rows = [service.call("GET", f"/v1/predictions/{id_}").json() for id_ in ids]
        return all(row["status"] == "succeeded" for row in rows)

    eventually(ended, within=30)


def test_canceling_needs_no_broker(service, broker):
    running = service.client.predictions.create(model="test/slow", input={"seconds": 60})
    eventually(lambda: running.reload() or running.status == "processing")
    broker.process.suspend()
    try:
        before = time.monotonic()
        reply = service.call("POST", f"/v1/predictions/{running.id}/cancel")
        seconds = time.monotonic() - before
    finally:
        broker.process.resume()

    assert reply.json()["status"] == "canceled"
    assert seconds < 6
    assert service.client.run("test/slow", input={"seconds": 0}) == "slept"
