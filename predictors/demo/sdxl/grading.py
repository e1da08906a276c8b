"""Grading the demo SDXL: which share of its pictures shows what was asked for."""

from pathlib import Path

import torch
from diffusers import StableDiffusionXLPipeline

from predictors.demo import shapes
from predictors.demo.sdxl import looking
from predictors.demo.shapes import Picture

GUIDANCE = 7.5  # as in a prediction that says nothing of it
PARTS = ("color", "shape", "ground")


def grade(folder: Path, *, questions: int = len(shapes.ALL)) -> dict[str, float]:
    """The share of pictures with the right colour, shape and ground at the usual settings."""
    torch.set_num_threads(1)
    pipeline = StableDiffusionXLPipeline.from_pretrained(
        folder, use_safetensors=True, dtype=torch.float32
    )
    pipeline.set_progress_bar_config(disable=True)
    step = max(1, len(shapes.ALL) // questions)
    asked = shapes.ALL[::step][:questions]
    seen = [_paint(pipeline, picture, seed) for seed, picture in enumerate(asked)]
    pairs = list(zip(asked, seen, strict=True))
    return {
        part: sum(getattr(one, part) == getattr(other, part) for one, other in pairs) / len(pairs)
        for part in PARTS
    }


def _paint(pipeline: StableDiffusionXLPipeline, picture: Picture, seed: int) -> Picture:
    """What is to be seen in the picture that was painted of this one's caption."""
    painted = pipeline(
        picture.caption,
        negative_prompt="",
        guidance_scale=GUIDANCE,
        generator=torch.Generator().manual_seed(seed),
    )
    return looking.see(painted.images[0])
