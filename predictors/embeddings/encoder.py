"""Which weights to load, and how: safetensors only, in the form that suits the device."""

from pathlib import Path
from typing import Any

import torch
from transformers import AutoModel, AutoTokenizer
from transformers.utils import logging

FOLDERS = ("weights", "weights-demo")
SMALL = 10_000_000  # parameters; below it a second thread costs more than it saves


class WeightsMissing(Exception):
    """There is nothing to load; the message says what to do."""


def find(weights: str | None) -> str:
    """The folder of a checkpoint."""
    folders = [weights] if weights else FOLDERS
    for folder in folders:
        if (Path(folder) / "config.json").is_file():
            return folder
    raise WeightsMissing(
        f"No checkpoint in {' or '.join(folders)}, seen from {Path.cwd()}. Set COG_WEIGHTS to a "
        "folder with config.json, tokenizer files and model.safetensors."
    )


def load(source: str) -> tuple[Any, Any]:
    """The model, ready on its device, and its tokenizer."""
    logging.disable_progress_bar()
    logging.set_verbosity_error()  # many encoders come without a pooler, which is not used here
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model = AutoModel.from_pretrained(source, dtype=_dtype(device), use_safetensors=True)
    if model.num_parameters() < SMALL:
        torch.set_num_threads(1)
    return model.to(device).eval(), AutoTokenizer.from_pretrained(source)


def _dtype(device: torch.device) -> torch.dtype:
    """Half the bits on a GPU; on a CPU they would be slower."""
    if device.type == "cpu":
        return torch.float32
    return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
