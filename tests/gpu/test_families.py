"""Every family on CUDA: it computes there, lets go of all memory, and survives a lack of it."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from config import settings
from predictors import gpus
from predictors.child import Child, PredictionFailed
from predictors.events import Output
from tests.gpu.conftest import Start
from tests.predictors import running

pytestmark = [pytest.mark.gpu, pytest.mark.timeout(600)]

ARTICLE = settings.ROOT / "examples" / "article"
INPUTS: dict[str, dict[str, Any]] = {
    "llama": {"prompt": "What is Hearth?", "max_tokens": 64},
    "sdxl": {"prompt": "a green square on a white background", "num_inference_steps": 10},
    "whisper": {"audio": ARTICLE / "meeting_recording.mp3"},
    "blip2": {"image": ARTICLE / "photo.jpg", "caption": True},
    "embeddings": {"texts": ["What is Hearth?", "Who are you?"]},
}
PRECISE = {"whisper": "float16", "sdxl": "float16"}
LARGEST = {"prompt": "a", "width": 2048, "height": 2048, "num_outputs": 4}
TOLERANCE_BYTES = 64 * 2**20
HOG = """
import torch
free, _ = torch.cuda.mem_get_info()
held = torch.empty(free - 400_000_000, dtype=torch.uint8, device="cuda")
print("held", flush=True)
input()
"""


def free_bytes() -> int:
    return gpus.free_bytes(gpus.visible()) or 0


def outputs(child: Child, **values: Any) -> list[Any]:
    return [event.value for event in running.run(child, **values) if isinstance(event, Output)]


@pytest.fixture
def hog() -> Iterator[subprocess.Popen[str]]:
    """Another process that leaves next to no memory on the GPU."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOG], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


@pytest.mark.parametrize("family", INPUTS)
def test_a_family_computes_in_half_precision_and_leaves_no_memory_behind(family: str, start: Start):
    before = free_bytes()
    child = start(family)

    said = outputs(child, **INPUTS[family])
    while_loaded = free_bytes()
    child.stop()

    assert said
    assert "cuda" in child.setup_logs
    assert PRECISE.get(family, "bfloat16") in child.setup_logs
    assert while_loaded < before - TOLERANCE_BYTES
    assert running.eventually(lambda: free_bytes() > before - TOLERANCE_BYTES)


def test_a_lack_of_memory_fails_one_prediction_and_frees_its_memory(
    start: Start, hog: subprocess.Popen[str]
):
    child = start("sdxl")

    with pytest.raises(PredictionFailed, match="memory"):
        outputs(child, **LARGEST)

    assert outputs(child, **INPUTS["sdxl"])
    hog.communicate("\n")
    assert outputs(child, **INPUTS["sdxl"])
