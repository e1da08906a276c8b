"""How much memory the answers of one engine may share, and how it is cut up."""

import os
from dataclasses import dataclass
from typing import Any

import torch

PAGE = 32  # tokens
LARGEST_STEP = 256  # tokens; a longer prompt is read in several, between the tokens of others
SHARE_OF_FREE_GPU = 0.7  # a step needs some, too
SHARE_OF_RAM = 1 / 16


@dataclass(frozen=True)
class Capacity:
    """What is reserved: pages for the tokens that are remembered, places in a step."""

    pages: int
    step: int
    answers: int

    @property
    def longest(self) -> int:
        """The tokens that one answer and its prompt may have, so that it always comes to an end."""
        return (self.pages - 1) * PAGE


def plan(concurrency: int, context: int, *, token_bytes: int, budget: int) -> Capacity:
    """Room for all answers to grow to the whole context, or for as much as the budget allows."""
    answer = -(-context // PAGE) + 1
    affordable = budget // (PAGE * token_bytes)
    return Capacity(min(concurrency * answer, affordable), _step(concurrency), concurrency)


def of_model(model: Any, context: int, concurrency: int) -> Capacity:
    """What fits beside a loaded model."""
    size = token_bytes(model.config.get_text_config(), model.dtype.itemsize, concurrency)
    return plan(concurrency, context, token_bytes=size, budget=_budget(model.device))


def token_bytes(config: Any, number: int, concurrency: int) -> int:
    """What one remembered token takes, where a number takes so many bytes."""
    heads = config.num_attention_heads
    pairs = getattr(config, "num_key_value_heads", None) or heads
    width = getattr(config, "head_dim", None) or config.hidden_size // heads
    kept = 2 * config.num_hidden_layers * pairs * width  # keys and values of every layer
    read = (2 * heads + pairs) * width  # while a layer looks at them, one copy for every head
    return number * (kept + read + _step(concurrency))  # and a column of the mask


def _step(concurrency: int) -> int:
    return max(LARGEST_STEP, concurrency)


def _budget(device: torch.device) -> int:
    if device.type == "cuda":
        return int(SHARE_OF_FREE_GPU * torch.cuda.mem_get_info(device)[0])
    return int(SHARE_OF_RAM * os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
