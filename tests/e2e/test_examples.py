"""Every example, run as its README says, against a whole service."""

import contextlib
import os
import subprocess
import sys
from http import HTTPStatus
from pathlib import Path

import pytest
import requests

from tests.service import eventually

pytestmark = pytest.mark.e2e

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
SECONDS = 30


def _environment(service):
    asked = {"REPLICATE_BASE_URL": service.url, "REPLICATE_API_TOKEN": service.token}
    return {**os.environ, **asked}


@pytest.fixture
def receiver(service, tmp_path):
    """The example's receiver: its URL, and a file of what it prints."""
    url = f"http://127.0.0.1:{service.receiver_port}/webhook"
    printed = tmp_path / "printed"
    command = [sys.executable, EXAMPLES / "webhook_receiver" / "receiver.py"]
    with printed.open("w") as output:
        process = subprocess.Popen(
            [*command, str(service.receiver_port)],
            env=_environment(service),
            stdout=output,
            stderr=subprocess.DEVNULL,
        )
        try:
            eventually(lambda: _answers(url), what="the receiver listens")
            yield url, printed
        finally:
            process.terminate()
            process.wait(SECONDS)


def _answers(url):
    with contextlib.suppress(requests.ConnectionError):
        return requests.get(url, timeout=SECONDS).status_code == HTTPStatus.METHOD_NOT_ALLOWED


def test_every_example_says_how_to_run_it():
    folders = [folder for folder in EXAMPLES.iterdir() if folder.is_dir()]

    for folder in folders:
        script = next(folder.glob("*.py"))
        assert f"examples/{folder.name}/{script.name}" in (folder / "README.md").read_text()


def test_poll_prints_the_answer(service):
    command = [sys.executable, EXAMPLES / "poll" / "poll.py", "test/llama"]

    done = subprocess.run(
        command,
        env=_environment(service),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    first, *_ = done.stdout.splitlines()
    assert first.endswith(": starting")
    assert ": succeeded" in done.stdout


def test_the_receiver_takes_a_signed_webhook(service, receiver):
    url, printed = receiver

    prediction = service.client.predictions.create(
        model="test/hello",
        input={"text": "Nadia"},
        webhook=url,
        webhook_events_filter=["completed"],
    )

    line = f"{prediction.id} succeeded hello Nadia\n"
    eventually(lambda: line in printed.read_text(), what="the receiver prints the event")


def test_the_receiver_refuses_a_forged_webhook(receiver):
    url, printed = receiver
    headers = {"webhook-id": "msg_1", "webhook-timestamp": "1", "webhook-signature": "v1,Zm9v"}

    refused = requests.post(url, json={"status": "succeeded"}, headers=headers, timeout=SECONDS)

    assert refused.status_code == 403
    assert "succeeded" not in printed.read_text()
