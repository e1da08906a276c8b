"""The demo SDXL: a million weights that paint one flat shape on a flat ground."""

from pathlib import Path

import torch

from predictors.demo.sdxl import parts, teaching
from predictors.demo.sdxl.grading import grade

__all__ = ["grade", "make"]


def make(folder: Path, *, taught: bool = False) -> None:
    """Write a model that diffusers loads; without teaching its weights are random."""
    torch.manual_seed(0)
    pipeline = parts.pipeline()
    if taught:
        parts.spread_words(pipeline)
        teaching.teach(pipeline)
    for part in (pipeline.unet, pipeline.vae, pipeline.text_encoder, pipeline.text_encoder_2):
        part.half()  # half the bytes; loads as float32 when asked to
    pipeline.save_pretrained(folder)
