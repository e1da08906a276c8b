"""Which weights to load, and how: safetensors only, in the form that suits the device."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from diffusers import StableDiffusionXLPipeline
from diffusers.utils import logging as diffusers_logging
from transformers.utils import logging as transformers_logging

FOLDERS = ("weights", "weights-demo")
SMALL = 10_000_000  # parameters; below it a second thread costs more than it saves


class WeightsMissing(Exception):
    """There is nothing to load; the message says what to do."""


def find(weights: str | None) -> Path:
    """The folder of a checkpoint."""
    folders = [Path(folder) for folder in ([weights] if weights else FOLDERS)]
    for folder in folders:
        if (folder / "model_index.json").is_file():
            return folder
    raise WeightsMissing(
        f"No checkpoint in {' or '.join(map(str, folders))}, seen from {Path.cwd()}. Set "
        "COG_WEIGHTS to a folder with model_index.json and safetensors, as diffusers saves SDXL."
    )


def load(folder: Path) -> Any:
    """The pipeline, ready on its device."""
    diffusers_logging.disable_progress_bar()
    transformers_logging.disable_progress_bar()
    is_cuda = torch.cuda.is_available()
    pipeline = StableDiffusionXLPipeline.from_pretrained(
        folder,
        dtype=torch.float16 if is_cuda else torch.float32,
        variant=_variant(folder),
        use_safetensors=True,
        local_files_only=True,
    )
    if pipeline.unet.num_parameters() < SMALL:
        torch.set_num_threads(1)
    if not is_cuda:
        _part_rows(pipeline)
    return pipeline.to("cuda" if is_cuda else "cpu")


def _variant(folder: Path) -> str | None:
    """fp16 where the folder has nothing else."""
    is_half = any(folder.glob("unet/*.fp16.safetensors"))
    is_whole = (folder / "unet" / "diffusion_pytorch_model.safetensors").is_file()
    return "fp16" if is_half and not is_whole else None


def _part_rows(pipeline: Any) -> None:
    """Have linear layers compute each picture for itself.

    On a CPU the last bits of a product depend on how many rows it has, and a picture must not
    depend on those that are painted with it; convolutions and attention are exact as they are.
    """
    for model in (pipeline.unet, pipeline.text_encoder, pipeline.text_encoder_2):
        for layer in model.modules():
            if isinstance(layer, torch.nn.Linear):
                layer.forward = functools.partial(_forward_each, layer.forward)


def _forward_each(forward: Callable[[torch.Tensor], torch.Tensor], rows: torch.Tensor) -> Any:
    return torch.cat([forward(row) for row in rows.split(1)])
