"""Webhooks from a whole service to a real receiver, checked with the official validator."""

import itertools

import pytest

from tests.service import eventually

pytestmark = pytest.mark.e2e

ALL = ["start", "output", "logs", "completed"]


def _bodies(requests):
    return [(request.json["status"], request.json["output"]) for request in requests]


def _secret(service):
    return service.call("GET", "/v1/webhooks/default/secret").json()["key"]


def test_events_arrive_signed_and_in_order(service, receiver):
    service.client.predictions.create(
        model="test/countdown",
        input={"start": 3, "pause": 0.6},
        webhook=receiver.url,
        webhook_events_filter=ALL,
    )

    requests = eventually(
        lambda: (
            receiver.requests
            and receiver.requests[-1].json["status"] == "succeeded"
            and list(receiver.requests)
        )
    )

    receiver.verify(_secret(service))
    bodies = _bodies(requests)
    assert bodies[0] == ("processing", None)
    assert bodies[-1] == ("succeeded", ["3", "2", "1"])
    lengths = [len(output or []) for _, output in bodies]
    assert lengths == sorted(lengths)
    times = [request.at for request in requests[1:-1]]
    assert all(later - sooner > 0.4 for sooner, later in itertools.pairwise(times))


def test_a_receiver_that_was_down_gets_the_same_delivery_later(service, receiver):
    receiver.answer(status=500, times=2)

    prediction = service.client.predictions.create(
        model="test/hello",
        input={"text": "Nadia"},
        webhook=receiver.url,
        webhook_events_filter=["completed"],
    )
    requests = receiver.wait_for(3, timeout=10)

    receiver.verify(_secret(service))
    assert len({request.headers["webhook-id"] for request in requests}) == 1
    assert len({request.body for request in requests}) == 1
    path = f"/v1/predictions/{prediction.id}/deliveries"
    delivery = eventually(
        lambda: next(
            (
                row
                for row in service.call("GET", path).json()["results"]
                if row["state"] == "delivered"
            ),
            None,
        )
    )
    assert [attempt["response_status"] for attempt in delivery["attempts"]] == [500, 500, 200]


def test_a_replay_sends_the_same_again(service, receiver):
    prediction = service.client.predictions.create(
        model="test/hello",
        input={"text": "Nadia"},
        webhook=receiver.url,
        webhook_events_filter=["completed"],
    )
    (first,) = receiver.wait_for(1)
    path = f"/v1/predictions/{prediction.id}/deliveries"

    replayed = service.call("POST", f"{path}/{first.headers['webhook-id']}/replay")
    second = receiver.wait_for(2)[1]

    assert replayed.ok
    assert second.headers["webhook-id"] == first.headers["webhook-id"]
    assert second.body == first.body


def test_a_hanging_receiver_holds_up_nobody_else(service, receiver):
    receiver.answer(delay=4, times=10)
    hanging = [
        service.client.predictions.create(
            model="test/hello",
            input={"text": "x"},
            webhook=receiver.url,
            webhook_events_filter=["completed"],
        )
        for _ in range(10)
    ]

    requests = receiver.wait_for(10, timeout=20)

    assert {request.json["id"] for request in requests} == {row.id for row in hanging}
