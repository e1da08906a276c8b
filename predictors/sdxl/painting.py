"""Painting: a loaded pipeline, and the commissions it carries out."""

import gc
from collections.abc import Iterator
from typing import Any

import torch
from diffusers import StableDiffusionXLImg2ImgPipeline, StableDiffusionXLInpaintPipeline
from PIL import Image

import schedulers
from commission import Commission

PIXELS_AT_ONCE = 4 * 1024 * 1024  # more pictures than that are painted one group after another
SECONDS_BETWEEN_PROGRESS = 0.3

Row = tuple[Commission, int]  # one picture: whose it is, and its seed


class OutOfMemory(Exception):
    """The pictures did not fit; what they took is free again."""


class Painter:
    """One set of weights as three pipelines: from a prompt, from a picture, from part of one."""

    def __init__(self, pipeline: Any) -> None:
        self.side = int(pipeline.unet.config.sample_size * pipeline.vae_scale_factor)
        self.about = f"{pipeline.device} as {pipeline.dtype}"
        self._config = pipeline.scheduler.config
        self._dtype = pipeline.dtype
        self._from_prompt = pipeline
        self._from_picture = StableDiffusionXLImg2ImgPipeline(**pipeline.components)
        self._from_part = StableDiffusionXLInpaintPipeline(**pipeline.components)
        self._watermark = pipeline.watermark
        pipeline.vae.enable_slicing()  # pictures of one batch are decoded one by one
        for each in (self._from_prompt, self._from_picture, self._from_part):
            each.set_progress_bar_config(mininterval=SECONDS_BETWEEN_PROGRESS)

    def warm_up(self) -> None:
        """Take the steps that are slow the first time."""
        self._from_prompt("", num_inference_steps=1)

    def paint(self, commissions: list[Commission]) -> list[list[Image.Image]]:
        """Each commission's pictures; they must agree in all but prompts, seeds and number."""
        try:
            return self._paint(commissions)
        except torch.OutOfMemoryError:
            pass  # leave the handler first: its traceback holds the tensors
        gc.collect()
        torch.cuda.empty_cache()
        raise OutOfMemory(
            "The GPU has not enough memory for this; ask for a smaller width and height, or for "
            "fewer pictures with num_outputs."
        )

    def _paint(self, commissions: list[Commission]) -> list[list[Image.Image]]:
        rows = [(each, seed) for each in commissions for seed in each.seeds]
        painted = (image for group in _groups(rows) for image in self._paint_rows(group))
        images = iter(list(painted))
        return [[next(images) for _ in range(each.count)] for each in commissions]

    def _paint_rows(self, rows: list[Row]) -> list[Image.Image]:
        commission = rows[0][0]
        pipeline, changes = self._pipeline_for(rows)
        # What follows undoes what a canceled call may have left in the pipeline.
        if pipeline.vae.dtype != self._dtype:
            pipeline.vae.to(self._dtype)
        pipeline.scheduler = schedulers.make(commission.scheduler, self._config)
        pipeline.watermark = self._watermark if commission.is_marked else None
        images: list[Image.Image] = pipeline(
            prompt=[each.prompt for each, _ in rows],
            negative_prompt=[each.negative_prompt for each, _ in rows],
            num_inference_steps=commission.steps,
            guidance_scale=commission.guidance,
            generator=[torch.Generator().manual_seed(seed) for _, seed in rows],
            **changes,
        ).images
        return images

    def _pipeline_for(self, rows: list[Row]) -> tuple[Any, dict[str, Any]]:
        """The pipeline for these rows, and the arguments that are its own."""
        commission = rows[0][0]
        size = {"width": commission.width, "height": commission.height}
        if commission.image is None:
            return self._from_prompt, size
        given = {
            "image": [each.image for each, _ in rows],
            "strength": commission.strength,
        }
        if commission.mask is None:
            return self._from_picture, given
        masks = {"mask_image": [each.mask for each, _ in rows]}
        return self._from_part, {**given, **masks, **size}


def _groups(rows: list[Row]) -> Iterator[list[Row]]:
    commission = rows[0][0]
    size = max(1, PIXELS_AT_ONCE // (commission.width * commission.height))
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
