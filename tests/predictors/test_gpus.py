"""What nvidia-smi says, asked of a real program in its place."""

from pathlib import Path

import pytest

from predictors import gpus
from predictors.gpus import Gpu, NoGpu

TWO = "0, GPU-aa11, 40960\n1, GPU-ab22, 1024\n"
FIRST, SECOND = Gpu("0", "GPU-aa11", 40960 * 2**20), Gpu("1", "GPU-ab22", 1024 * 2**20)


@pytest.fixture
def driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Put a program in nvidia-smi's place; without a script there is none."""
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))

    def be(script: str) -> None:
        file = tmp_path / "nvidia-smi"
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)

    return be


CHOICES = {
    "nothing said": (None, [FIRST, SECOND]),
    "all": ("0,1", [FIRST, SECOND]),
    "the other way round": ("1, 0", [SECOND, FIRST]),
    "one": ("1", [SECOND]),
    "by UUID": ("GPU-ab22", [SECOND]),
    "by the beginning of one": ("GPU-aa", [FIRST]),
    "up to a wrong one": ("0,7,1", [FIRST]),
    "none": ("", []),
    "none in another way": ("-1", []),
    "a partition": ("MIG-77", [Gpu("MIG-77", "MIG-77", None)]),
}


@pytest.mark.parametrize(("chosen", "seen"), CHOICES.values(), ids=CHOICES.keys())
def test_cuda_sees_what_it_is_told_to(chosen: str | None, seen: list[Gpu]):
    assert gpus.select([FIRST, SECOND], chosen) == seen


@pytest.mark.parametrize(
    ("answer", "free"),
    [
        (TWO, 41984 * 2**20),
        ("0, GPU-aa11, [N/A]\n", None),
        ("0, GPU-aa11, 5\n1, GPU-ab22, [Insufficient Permissions]\n", None),
        ("No devices were found\n", 0),
    ],
)
def test_free_memory_is_known_where_every_device_tells(answer: str, free: int | None):
    assert gpus.free_bytes(gpus.parse(answer)) == free


def test_the_driver_is_asked_and_the_variable_heeded(driver, monkeypatch):
    driver(f"[ $# = 2 ] && printf '{TWO}'")
    everything = gpus.visible()
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1")

    assert everything == [FIRST, SECOND]
    assert gpus.visible() == [SECOND]


FAILURES = {
    "no driver": (None, None, "nvidia-smi is not found"),
    "a driver that fails": ("exit 9", None, "does not answer"),
    "no card": ("echo No devices were found", None, "knows of no GPU"),
    "none that may be seen": (f"printf '{TWO}'", "5", "CUDA_VISIBLE_DEVICES is '5'"),
}


@pytest.mark.parametrize(("script", "chosen", "reason"), FAILURES.values(), ids=FAILURES.keys())
def test_where_there_is_no_gpu_it_says_why(
    driver, monkeypatch, script: str | None, chosen: str | None, reason: str
):
    if script:
        driver(script)
    if chosen:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", chosen)

    with pytest.raises(NoGpu, match=reason):
        gpus.visible()
