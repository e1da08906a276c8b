"""Which weights to load, and how: safetensors only, in the form that suits the device."""

import re
from pathlib import Path
from typing import Any

import torch
from huggingface_hub import constants
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer, GenerationConfig
from transformers.utils import logging

import memory

FOLDERS = ("weights", "weights-demo")
HUB_ID = re.compile(r"[\w-][\w.-]*/[\w.-]+")
SMALL = 10_000_000  # parameters; below it a second thread costs more than it saves


class WeightsMissing(Exception):
    """There is nothing to load; the message says what to do."""


def find(weights: str | None) -> str:
    """The folder of a checkpoint, or its hub id where downloads are allowed."""
    folders = [weights] if weights else FOLDERS
    for folder in folders:
        if (Path(folder) / "config.json").is_file():
            return folder
    if weights and HUB_ID.fullmatch(weights) and not constants.HF_HUB_OFFLINE:
        return weights
    raise WeightsMissing(
        f"No checkpoint in {' or '.join(folders)}, seen from {Path.cwd()}. Set COG_WEIGHTS to a "
        "folder with config.json, tokenizer files and model.safetensors, or to a model id of the "
        "Hugging Face hub with HF_HUB_OFFLINE=0."
    )


def tokenizer(source: str) -> Any:
    """What turns text into tokens."""
    return AutoTokenizer.from_pretrained(source)


def model(source: str) -> Any:
    """The model, ready on its device."""
    logging.disable_progress_bar()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    loaded = AutoModelForCausalLM.from_pretrained(
        source, dtype=_dtype(device), use_safetensors=True
    )
    if device.type == "cpu":
        memory.keep_between_steps()
    if loaded.num_parameters() < SMALL:
        torch.set_num_threads(1)
    return loaded.to(device).eval()


def ends(source: str, tokenizer: Any) -> list[int]:
    """The tokens that end an answer; a configuration may name none, one or several."""
    named = _generation(source).eos_token_id
    listed = named if isinstance(named, list) else [named]
    return [end for end in {*listed, tokenizer.eos_token_id} if end is not None]


def _dtype(device: torch.device) -> torch.dtype:
    """Half the bits on a GPU; on a CPU they would be slower."""
    if device.type == "cpu":
        return torch.float32
    return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16


def _generation(source: str) -> GenerationConfig:
    try:
        return GenerationConfig.from_pretrained(source)
    except OSError:  # an older checkpoint says it in its config.json
        return GenerationConfig.from_model_config(AutoConfig.from_pretrained(source))
