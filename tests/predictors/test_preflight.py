"""What can be known to go wrong before loading is told, with what to do."""

from pathlib import Path

import pytest

from predictors import preflight, weights
from predictors.preflight import GB, Unloadable
from tests import fakes
from tests.conftest import Configure


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with 1000 bytes of weights."""
    (tmp_path / "model.safetensors").write_bytes(bytes(1000))
    (tmp_path / "config.json").write_bytes(bytes(500))
    return tmp_path


@pytest.fixture
def gpu(tmp_path_factory, monkeypatch):
    """A GPU with so many MiB free."""

    def have(mib: str) -> None:
        folder = tmp_path_factory.mktemp("driver")
        (folder / "nvidia-smi").write_text(f"#!/bin/sh\necho 0, GPU-a, {mib}\n")
        (folder / "nvidia-smi").chmod(0o755)
        monkeypatch.setenv("PATH", str(folder))
        monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)

    return have


def refusal(**facts) -> str:
    with pytest.raises(Unloadable) as refused:
        preflight.check(fakes.entry("echo", **facts))
    return str(refused.value)


def test_a_model_whose_weights_are_there_may_be_loaded(place: Path):
    preflight.check(fakes.entry("echo", weights=str(place)))
    preflight.check(fakes.entry("echo"))


def test_missing_weights_are_told_with_their_path():
    assert "no weights at /nowhere" in refusal(weights="/nowhere")


def test_weights_that_were_not_fetched_are_told_with_the_command(configure: Configure):
    message = refusal(weights="ada/shout")

    assert message == (
        "The weights ada/shout are not on this machine. Run: hearth models fetch tests/echo"
    )


def test_weights_that_were_fetched_are_in_order(configure: Configure):
    entry = fakes.entry("echo", weights="ada/shout")
    weights.folder(entry).mkdir(parents=True)
    weights.mark(weights.folder(entry))

    preflight.check(entry)


def test_a_folder_of_pickles_is_refused(tmp_path: Path):
    (tmp_path / "pytorch_model.bin").touch()

    assert "pickles (*.bin)" in refusal(weights=str(tmp_path))


def test_pickles_beside_safetensors_are_left_alone(place: Path):
    (place / "pytorch_model.bin").touch()

    preflight.check(fakes.entry("echo", weights=str(place)))


def test_a_model_for_a_gpu_needs_one(monkeypatch):
    monkeypatch.setenv("PATH", "")

    assert "asks for hardware gpu-l40s, but there is no NVIDIA" in refusal(hardware="gpu-l40s")


def test_a_gpu_with_room_is_enough(gpu, place: Path):
    gpu("1")

    preflight.check(fakes.entry("echo", hardware="gpu-l40s", weights=str(place)))


def test_a_gpu_that_does_not_tell_is_trusted(gpu):
    gpu("[N/A]")

    preflight.check(fakes.entry("echo", hardware="gpu-l40s", memory_gb=99))


def test_too_little_memory_is_told_with_both_figures(gpu):
    gpu("20000")

    message = refusal(hardware="gpu-l40s", memory_gb=48)
    on_cpu = refusal(memory_gb=1e6)

    assert "needs 48.0 GB of GPU memory and 21.0 GB are free" in message
    assert "needs 1000000.0 GB of memory and" in on_cpu


def test_a_model_needs_what_the_catalogue_says_else_its_weights_and_more(place: Path):
    needs = preflight.needed_bytes

    assert needs(fakes.entry("echo"), place) == 1200
    assert needs(fakes.entry("echo", memory_gb=2.5), place) == 2_500_000_000
    assert needs(fakes.entry("echo"), None) == 0


SIZES = {
    "nothing needed": (0, 0, None),
    "just enough": (GB, GB, None),
    "unknown": (GB, None, None),
    "too little": (2 * GB, GB, "needs 2.0 GB of memory and 1.0 GB are free"),
}


@pytest.mark.parametrize(("needed", "free", "problem"), SIZES.values(), ids=SIZES.keys())
def test_a_model_fits_where_no_more_is_needed_than_free(
    needed: int, free: int | None, problem: str | None
):
    found = preflight.shortage(needed, free, "cpu")

    assert found is problem or problem in found
