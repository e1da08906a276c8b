"""How much memory the answers of one engine may share, and how it is cut up."""

import os
from dataclasses import dataclass
from typing import Any

import torch

PAGE = 32  # tokens
LARGEST_STEP = 512  # tokens; a longer prompt is read in several steps, between the others' tokens
SHARE_OF_FREE_GPU = 0.8
SHARE_OF_RAM = 1 / 16


@dataclass(frozen=True)
class Capacity:
    """What is reserved: pages for the tokens that are remembered, places in a step."""

    pages: int
    step: int
    answers: int


def plan(concurrency: int, context: int, *, token_bytes: int, budget: int) -> Capacity:
    """Room for all answers to grow to the whole context, or for as much as the budget allows.

    At least one must be able to, so that whatever is asked comes to an end.
    """
    answer = -(-context // PAGE) + 1
    affordable = budget // (PAGE * token_bytes)
    pages = max(answer, min(concurrency * answer, affordable))
    return Capacity(pages, max(LARGEST_STEP, concurrency), concurrency)


def of_model(model: Any, context: int, concurrency: int) -> Capacity:
    """What fits beside a loaded model."""
    size = token_bytes(model.config.get_text_config(), model.dtype.itemsize, concurrency)
    return plan(concurrency, context, token_bytes=size, budget=_budget(model.device))


def token_bytes(config: Any, number: int, concurrency: int) -> int:
    """Keys and values of every layer, and a column of the mask that says who may look at whom."""
    heads = config.num_key_value_heads
    width = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    remembered = 2 * config.num_hidden_layers * heads * width
    return number * (remembered + max(LARGEST_STEP, concurrency))


def _budget(device: torch.device) -> int:
    if device.type == "cuda":
        return int(SHARE_OF_FREE_GPU * torch.cuda.mem_get_info(device)[0])
    return int(SHARE_OF_RAM * os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
