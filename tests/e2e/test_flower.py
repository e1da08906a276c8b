"""Flower beside a whole service: it knows predictions by their id."""

import pytest
import requests

from tests.service import eventually

pytestmark = pytest.mark.e2e


@pytest.fixture
def flower(service):
    password = (service.folder / "data" / "flower-password").read_text().strip()

    def ask(path, auth=("hearth", password)):
        url = f"http://127.0.0.1:{service.flower_port}/api/{path}"
        return requests.get(url, auth=auth, timeout=10)

    return ask


def test_a_finished_prediction_s_task_is_found_by_its_id(service, flower):
    prediction = service.client.predictions.create(model="test/hello", input={"text": "Nadia"})

    task = eventually(
        lambda: (
            (found := flower(f"task/info/{prediction.id}")).ok
            and found.json()["state"] == "SUCCESS"
            and found.json()["routing_key"]  # told by the sender, not by the worker
            and found.json()
        )
    )

    assert task["uuid"] == prediction.id
    assert task["routing_key"].startswith("cpu.test.hello.")


def test_workers_are_shown_with_their_model_s_queue(flower):
    def queues():
        workers = flower("workers?refresh=1").json().values()
        return {queue["name"] for worker in workers for queue in worker.get("active_queues", [])}

    eventually(lambda: any(name.startswith("cpu.test.hello.") for name in queues()))
    assert {"webhooks", "sweep"} <= queues()


def test_nobody_looks_without_the_login(flower):
    assert flower("workers", auth=None).status_code == 401
    assert flower("workers", auth=("hearth", "wrong")).status_code == 401
