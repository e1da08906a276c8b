"""The code of the article, as it stands there, against the models that come along."""

import os
import subprocess
import sys

import pytest

from config import settings

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

FOLDER = settings.ROOT / "examples" / "article"
SECONDS = 180


def run(service, script):
    asked = {"REPLICATE_BASE_URL": service.url, "REPLICATE_API_TOKEN": service.token}
    done = subprocess.run(
        [sys.executable, script],
        cwd=FOLDER,
        env={**os.environ, **asked},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_language_model_explains(shipped):
    assert "weights" in run(shipped, "run.py")


def test_the_image_model_paints_a_large_picture(shipped):
    assert run(shipped, "paint.py").strip()


def test_a_prediction_is_polled_to_its_end(shipped):
    printed = run(shipped, "poll.py")

    assert "Status: starting" in printed
    assert "Status: succeeded" in printed
    assert printed.splitlines()[-1]


def test_a_webhook_is_owed_to_the_address_given(shipped):
    run(shipped, "webhook.py")

    newest, *_ = shipped.call("GET", "/v1/predictions").json()["results"]
    prediction = shipped.call("GET", f"/v1/predictions/{newest['id']}").json()
    assert prediction["webhook"] == "https://your-app.com/api/replicate-webhook"
    assert prediction["webhook_events_filter"] == ["completed"]


def test_the_speech_model_writes_down_an_opened_recording(shipped):
    assert "tone." in run(shipped, "transcribe.py")


def test_the_caption_model_looks_at_an_opened_photo(shipped):
    assert "square" in run(shipped, "caption.py")


def test_an_answer_is_streamed(shipped):
    assert "Attention lets each token look" in run(shipped, "stream.py")
