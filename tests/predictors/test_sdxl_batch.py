"""The SDXL folder loaded right here: several predictions at once, and what a GPU may run out of."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from predictors.runner.cog.scope import Scope

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

ROOT = Path(__file__).parents[2] / "predictors"
FOLDER = ROOT / "sdxl"
DEFAULTS: dict[str, Any] = {
    "prompt": "a green square",
    "negative_prompt": "",
    "image": None,
    "mask": None,
    "width": 64,
    "height": 64,
    "num_outputs": 1,
    "scheduler": "K_EULER_ANCESTRAL",
    "num_inference_steps": 4,
    "guidance_scale": 7.5,
    "prompt_strength": 0.8,
    "seed": 1,
    "refine": "no_refiner",
    "high_noise_frac": 0.8,
    "refine_steps": None,
    "apply_watermark": True,
    "lora_scale": 0.6,
    "replicate_weights": None,
    "disable_safety_checker": False,
}


@pytest.fixture(scope="module")
def predictor() -> Iterator[Any]:
    """The folder's predictor with the demo's weights, its modules forgotten at the end."""
    before = set(sys.modules)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(FOLDER)
        patch.syspath_prepend(ROOT / "runner")
        from predict import Predictor

        predictor = Predictor()
        predictor.setup(str(FOLDER / "weights-demo"))
        yield predictor
        predictor.outputs.cleanup()
    for name in set(sys.modules) - before:
        if str(ROOT) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


def contents(paths: list[Path]) -> list[bytes]:
    return [path.read_bytes() for path in paths]


def test_pictures_painted_together_are_those_painted_alone(predictor: Any) -> None:
    changes = [
        {"prompt": "a red circle", "seed": 3},
        {"negative_prompt": "blurry, ugly", "num_outputs": 3},
        {"prompt": "a black triangle on a gray background", "seed": -4},
    ]
    inputs = [{**DEFAULTS, **each} for each in changes]
    alone = [contents(predictor.predict(**each)) for each in inputs]

    scopes = [Scope() for _ in inputs]
    together = [contents(paths) for paths in predictor.predict_batch(inputs, scopes)]

    assert together == alone
    assert [scope.metrics.changes()["image_count"] for scope in scopes] == [1, 3, 1]


def test_each_log_of_a_batch_has_its_own_seed(predictor: Any) -> None:
    lines: list[list[str]] = [[], []]
    scopes = [Scope(said.append) for said in lines]

    predictor.predict_batch([DEFAULTS, {**DEFAULTS, "seed": 2}], scopes)

    assert lines == [["Using seed: 1\n"], ["Using seed: 2\n"]]


def test_more_pictures_than_fit_at_once_are_painted_in_groups(
    predictor: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    inputs = {**DEFAULTS, "num_outputs": 3}
    at_once = contents(predictor.predict(**inputs))
    monkeypatch.setattr("painting.PIXELS_AT_ONCE", 2 * 64 * 64)
    capsys.readouterr()

    assert contents(predictor.predict(**inputs)) == at_once
    assert capsys.readouterr().err.count("| 4/4 [") == 2


def test_a_lack_of_gpu_memory_fails_one_prediction_with_a_plain_message(
    predictor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    def exhausted(*_: Any, **__: Any) -> None:
        raise torch.OutOfMemoryError

    before = contents(predictor.predict(**DEFAULTS))
    with monkeypatch.context() as patch:
        patch.setattr(predictor.painter._from_prompt.unet, "forward", exhausted)
        with pytest.raises(Exception, match="ask for a smaller width and height") as raised:
            predictor.predict(**DEFAULTS)

    assert raised.value.__context__ is None
    assert contents(predictor.predict(**DEFAULTS)) == before


def test_a_vae_that_a_cancel_left_in_another_form_is_put_right(predictor: Any) -> None:
    import torch

    before = contents(predictor.predict(**DEFAULTS))
    predictor.painter._from_prompt.vae.to(torch.float64)

    assert contents(predictor.predict(**DEFAULTS)) == before
