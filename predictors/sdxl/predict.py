"""SDXL: paints pictures from a prompt, from a picture, or anew in a part of one."""

import tempfile
import time
from typing import TYPE_CHECKING, Any

from cog import BasePredictor, Input, Path, current_scope

if TYPE_CHECKING:
    from cog.scope import Scope
    from PIL.Image import Image

    from commission import Commission

SCHEDULERS = [
    "DDIM",
    "DPMSolverMultistep",
    "HeunDiscrete",
    "KarrasDPM",
    "K_EULER_ANCESTRAL",
    "K_EULER",
    "PNDM",
]


class Predictor(BasePredictor):
    """Holds one SDXL pipeline and paints for one prediction, or for several alike."""

    def setup(self, weights: str | None = None) -> None:
        """Load the weights and paint once, so that nobody waits for the first steps."""
        started = time.perf_counter()
        from transformers.utils import logging

        logging.set_verbosity_error()
        import sdxl_checkpoint
        from painting import Painter

        folder = sdxl_checkpoint.find(weights)
        self.painter = Painter(sdxl_checkpoint.load(folder))
        self.painter.warm_up()
        self.outputs = tempfile.TemporaryDirectory(prefix="sdxl-")  # of the last prediction
        seconds = time.perf_counter() - started
        print(f"Loaded {folder} on {self.painter.about} in {seconds:.1f} s")

    def predict(
        self,
        prompt: str = Input(
            description="What to paint", default="An astronaut riding a rainbow unicorn"
        ),
        negative_prompt: str = Input(description="What to keep out", default=""),
        image: Path | None = Input(
            description="Picture to start from, for img2img and inpaint", default=None
        ),
        mask: Path | None = Input(
            description="With image: where to paint anew. Black is kept, white is painted",
            default=None,
        ),
        width: int | None = Input(
            description="Width in pixels, a multiple of 8. Default: that of image, else the "
            "model's own, 1024 for SDXL",
            default=None,
            ge=64,
            le=2048,
        ),
        height: int | None = Input(
            description="Height in pixels, a multiple of 8. Default: as for width",
            default=None,
            ge=64,
            le=2048,
        ),
        num_outputs: int = Input(description="Number of pictures", default=1, ge=1, le=4),
        scheduler: str = Input(description="Scheduler", choices=SCHEDULERS, default="K_EULER"),
        num_inference_steps: int = Input(description="Number of steps", default=50, ge=1, le=500),
        guidance_scale: float = Input(
            description="How closely to follow the prompt", default=7.5, ge=1, le=50
        ),
        prompt_strength: float = Input(
            description="With image: how much of it to paint over; 1 for all of it",
            default=0.8,
            ge=0,
            le=1,
        ),
        seed: int | None = Input(
            description="Same seed, same picture; the second picture has the next seed, and so "
            "on. Blank to draw one",
            default=None,
        ),
        refine: str = Input(
            description="Refiner to use; without its weights only no_refiner is taken",
            choices=["no_refiner", "expert_ensemble_refiner", "base_image_refiner"],
            default="no_refiner",
        ),
        high_noise_frac: float = Input(
            description="For expert_ensemble_refiner: the share of noise it begins at",
            default=0.8,
            ge=0,
            le=1,
        ),
        refine_steps: int | None = Input(
            description="For base_image_refiner: its number of steps", default=None
        ),
        apply_watermark: bool = Input(
            description="Mark pictures invisibly, where the package invisible-watermark is there",
            default=True,
        ),
        lora_scale: float = Input(
            description="For LoRA weights: how much they count", default=0.6, ge=0, le=1
        ),
        replicate_weights: str | None = Input(
            description="LoRA weights to use; refused where none can be loaded", default=None
        ),
        disable_safety_checker: bool = Input(
            description="Taken for compatibility; there is no safety checker here to disable",
            default=False,
        ),
    ) -> list[Path]:
        """Paint the pictures of one prediction."""
        commission = self._take(locals())
        print(f"Using seed: {commission.seed}")
        return self._paint([commission], [current_scope()])[0]

    def predict_batch(
        self, inputs: list[dict[str, Any]], scopes: "list[Scope]"
    ) -> list[list[Path]]:
        """Paint for several predictions at once: the same pictures as one by one."""
        commissions = [self._take(each) for each in inputs]
        for commission, scope in zip(commissions, scopes, strict=True):
            scope.log(f"Using seed: {commission.seed}")
        return self._paint(commissions, scopes)

    def _take(self, inputs: dict[str, Any]) -> "Commission":
        import commission

        return commission.take(inputs, self.painter.side)

    def _paint(self, commissions: "list[Commission]", scopes: "list[Scope]") -> list[list[Path]]:
        painted = self.painter.paint(commissions)
        for commission, scope in zip(commissions, scopes, strict=True):
            scope.record_metric("image_count", commission.count)
            scope.record_metric("steps", commission.steps_taken)
        self.outputs.cleanup()
        self.outputs = tempfile.TemporaryDirectory(prefix="sdxl-")
        return [self._save(images, str(index)) for index, images in enumerate(painted)]

    def _save(self, images: "list[Image]", name: str) -> list[Path]:
        import pictures

        folder = Path(self.outputs.name, name)
        return [Path(path) for path in pictures.save(images, folder)]
