"""What one caller ordered, checked: the pictures to paint, and from what."""

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

import pictures

NO_REFINER = "no_refiner"
LORA_SCALE, HIGH_NOISE_FRAC = 0.6, 0.8  # the defaults of inputs that mean nothing here


@dataclass(frozen=True)
class Commission:
    """One prediction's pictures; those of one batch differ in prompts, seeds and number alone."""

    prompt: str
    negative_prompt: str
    image: Image.Image | None
    mask: Image.Image | None
    width: int
    height: int
    count: int
    scheduler: str
    steps: int
    guidance: float
    strength: float
    seed: int
    is_marked: bool

    @property
    def seeds(self) -> list[int]:
        """One for each picture, so that none depends on the others."""
        return [(self.seed + index) % 2**64 for index in range(self.count)]

    @property
    def steps_taken(self) -> int:
        """Fewer where a picture is given, which needs noise to be removed only in part."""
        return int(self.steps * self.strength) if self.image else self.steps


def take(inputs: dict[str, Any], side: int) -> Commission:
    """The commission of a prediction's inputs; `side` is the model's own width and height.

    Raises ValueError for what cannot be done, in a sentence for the client.
    """
    _refuse_missing_weights(inputs)
    image, mask = _read_pictures(inputs["image"], inputs["mask"])
    width, height = pictures.size_like(image) if image else (side, side)
    width = _checked("width", inputs["width"] or width)
    height = _checked("height", inputs["height"] or height)
    seed = inputs["seed"]
    commission = Commission(
        prompt=inputs["prompt"],
        negative_prompt=inputs["negative_prompt"],
        image=image and image.resize((width, height), Image.Resampling.LANCZOS),
        mask=mask and mask.convert("L").resize((width, height), Image.Resampling.LANCZOS),
        width=width,
        height=height,
        count=inputs["num_outputs"],
        scheduler=inputs["scheduler"],
        steps=inputs["num_inference_steps"],
        guidance=inputs["guidance_scale"],
        strength=inputs["prompt_strength"],
        seed=secrets.randbelow(2**32) if seed is None else seed,
        is_marked=inputs["apply_watermark"],
    )
    _check_steps(commission)
    return commission


def _refuse_missing_weights(inputs: dict[str, Any]) -> None:
    """A wish for weights that are not there is refused rather than ignored."""
    if inputs["refine"] != NO_REFINER:
        raise ValueError(f"refine: there is no refiner here; leave it at {NO_REFINER}.")
    if inputs["refine_steps"] is not None or inputs["high_noise_frac"] != HIGH_NOISE_FRAC:
        raise ValueError(
            "refine_steps and high_noise_frac are for a refiner, and there is none here; "
            "leave them out."
        )
    if inputs["replicate_weights"] or inputs["lora_scale"] != LORA_SCALE:
        raise ValueError(
            "replicate_weights and lora_scale are for LoRA weights, and there are none here; "
            "leave them out."
        )


def _read_pictures(
    image: Path | None, mask: Path | None
) -> tuple[Image.Image | None, Image.Image | None]:
    if mask and not image:
        raise ValueError("mask says which part of image to paint anew; send image with it.")
    return image and pictures.read(image, "image"), mask and pictures.read(mask, "mask")


def _checked(field: str, side: int) -> int:
    if side % pictures.MULTIPLE:
        near = pictures.side_like(side, 1)
        raise ValueError(
            f"{field} is {side}, and must be a multiple of {pictures.MULTIPLE}; {near} is near."
        )
    return side


def _check_steps(commission: Commission) -> None:
    if commission.steps_taken < 1:
        raise ValueError(
            f"prompt_strength {commission.strength} of num_inference_steps {commission.steps} "
            "leaves no step to take; raise one of them."
        )
