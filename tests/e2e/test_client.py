"""The official Python client against a whole service."""

import time

import pytest
import replicate
from replicate.exceptions import ModelError, ReplicateError

from tests.service import eventually

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def client(service):
    return service.client


def _ended(prediction):
    def reload():
        prediction.reload()
        return prediction.completed_at

    eventually(reload, what=f"{prediction.id} ends")
    return prediction


def test_run_returns_the_output_of_a_plain_model(client):
    assert client.run("test/hello", input={"text": "Nadia"}) == "hello Nadia"


def test_run_joins_what_a_language_model_says(client):
    pieces = client.run("test/llama", input={"prompt": "Who are you?", "max_tokens": 8})

    assert isinstance("".join(pieces), str)


def test_run_by_version_iterates_over_the_pieces(client):
    version = client.models.get("test/countdown").latest_version.id

    pieces = client.run(f"test/countdown:{version}", input={"start": 3})

    assert list(pieces) == ["3", "2", "1"]


def test_a_prediction_is_polled_to_its_end(client):
    prediction = client.predictions.create(model="test/hello", input={"text": "Nadia"})

    assert prediction.status == "starting"
    assert _ended(prediction).output == "hello Nadia"
    assert prediction.metrics["predict_time"] <= prediction.metrics["total_time"]


def test_predictions_are_listed_newest_first(client):
    made = [client.predictions.create(model="test/hello", input={"text": "x"}) for _ in range(3)]

    listed = [prediction.id for prediction in client.predictions.list()]

    assert listed[:3] == [prediction.id for prediction in made][::-1]


def test_cancel_stops_the_model_without_loading_it_again(service, client):
    running = client.predictions.create(model="test/slow", input={"seconds": 60})
    eventually(lambda: running.reload() or running.status == "processing", what="it runs")
    runner = {process.pid for process in service.processes("runner", "slow")}

    running.cancel()
    canceled = time.monotonic()
    output = client.run("test/slow", input={"seconds": 0})

    assert running.status == "canceled"
    assert time.monotonic() - canceled < 5
    assert output is not None
    assert {process.pid for process in service.processes("runner", "slow")} == runner


def test_a_failing_model_s_error_and_traceback_are_shown(client):
    with pytest.raises(ModelError) as failed:
        client.run("test/broken", input={})

    assert failed.value.prediction.error
    assert "Traceback" in failed.value.prediction.logs


def test_wrong_input_is_refused_with_its_field(client):
    with pytest.raises(ReplicateError) as refused:
        client.run("test/hello", input={"text": 7})

    assert refused.value.status == 422
    assert "input.text" in refused.value.detail


def test_a_wrong_token_is_refused(service):
    stranger = replicate.Client(base_url=service.url, api_token="hth_wrong")

    with stranger._client, pytest.raises(ReplicateError) as refused:
        stranger.models.get("test/hello")

    assert refused.value.status == 401
