"""A runner starts in surroundings of its own, or says why not."""

from pathlib import Path

import pytest

from predictors import child
from predictors.child import Child
from predictors.events import Output
from tests import fakes
from tests.predictors import running
from tests.predictors.running import Start


def test_a_failing_setup_is_told_with_its_logs():
    failing = Child(fakes.entry("setup_fails"), cancel_grace=1)

    with pytest.raises(child.SetupFailed) as failed:
        failing.start(timeout=30)

    assert failed.value.message == "no weights"
    assert failed.value.logs.startswith("looking for weights\nTraceback")
    assert not failing.is_alive


def test_what_no_database_keeps_is_left_out_of_a_setup_s_words(tmp_path: Path):
    failing = Child(fakes.entry("forges", weights=str(tmp_path)), cancel_grace=1)

    with pytest.raises(child.SetupFailed) as failed:
        failing.start(timeout=30)

    assert failed.value.message == "no \ufffd weights"
    assert "\0" not in failed.value.logs


def test_a_setup_that_takes_too_long_is_ended():
    hanging = Child(fakes.entry("setup_hangs"), cancel_grace=1)

    with pytest.raises(child.SetupFailed) as failed:
        hanging.start(timeout=0.5)

    assert failed.value.message == "Setup took longer than 0.5 seconds."
    assert failed.value.logs == "loading\n"
    assert not hanging.is_alive


def test_a_folder_that_is_gone_is_a_lost_runner(tmp_path: Path):
    lost = Child(fakes.entry("echo", folder=tmp_path / "gone"), cancel_grace=1)

    with pytest.raises(child.RunnerLost, match="could not be started"):
        lost.start(timeout=30)


def test_the_surroundings_are_the_models_own(
    start: Start, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    weights = str(tmp_path)
    monkeypatch.setenv("HEARTH_BOOTSTRAP_TOKEN", "secret")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")

    [output] = running.run(start("surroundings", weights=weights, environment={"MODE": "fast"}))

    assert isinstance(output, Output)
    found = output.value
    assert found["folder"] == str(fakes.FOLDERS / "surroundings")
    assert found["weights"] == found["environment"]["COG_WEIGHTS"] == weights
    assert found["environment"]["MODE"] == "fast"
    assert found["environment"]["HF_HUB_OFFLINE"] == "1"
    assert found["neighbour"] == "beside the predictor"
    assert found["arguments"] == ["predict.py"]
    assert found["group"]
    assert "secret" not in found["environment"].values()
