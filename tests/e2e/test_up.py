"""`hearth up`: what it shows, and that it leaves nothing behind."""

import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.e2e.conftest import PREDICTORS, catalogue
from tests.service import HEARTH, START_SECONDS, Service, eventually

pytestmark = pytest.mark.e2e

LONGEST_STOP_SECONDS = 10


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    models = catalogue(tmp_path / "models.toml", hello=PREDICTORS / "hello_world")
    with Service(tmp_path, models) as running:
        yield running


@pytest.fixture
def output(tmp_path: Path, random_llama: Path) -> Iterator[str]:
    """What a person sees who types `hearth up`."""
    models = tmp_path / "models.toml"
    models.write_text(
        '[[model]]\nname = "meta/meta-llama-3.1-70b-instruct"\n'
        f'folder = "{PREDICTORS / "llama"}"\nweights = "{random_llama}"\n'
    )
    shown = tmp_path / "shown"
    with shown.open("w") as screen:
        process = subprocess.Popen(
            [HEARTH, "up"], env=Service(tmp_path, models).environment, stdout=screen
        )
    eventually(lambda: "Ctrl-C stops everything." in shown.read_text(), within=START_SECONDS)
    yield shown.read_text()
    process.terminate()
    process.wait()


def test_up_asks_for_a_first_prediction_and_shows_how_to_ask_for_more(output: str) -> None:
    line = next(line for line in output.splitlines() if line.startswith("REPLICATE_BASE_URL="))
    copied = subprocess.run(["/bin/sh", "-c", line], check=False, capture_output=True, text=True)

    assert "hearth  | first prediction, of meta/meta-llama-3.1-70b-instruct" in output
    assert "no answer" not in output
    assert (copied.returncode, copied.stderr) == (0, "")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_everything_in_time(service: Service, number: signal.Signals) -> None:
    family = service.processes()
    began = time.monotonic()

    service.process.send_signal(number)
    status = service.process.wait(LONGEST_STOP_SECONDS)

    assert status == 0
    assert time.monotonic() - began < LONGEST_STOP_SECONDS
    assert len(family) >= 9
    assert alive(family) == []


def test_a_killed_up_takes_everything_along(service: Service) -> None:
    family = service.processes()

    service.process.kill()
    service.process.wait()

    eventually(lambda: alive(family) == [])


def alive(family: list[psutil.Process]) -> list[psutil.Process]:
    return [each for each in family if each.is_running() and each.status() != "zombie"]
