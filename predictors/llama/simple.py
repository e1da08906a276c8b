"""The simple engine: one step of the model per token, each answer's in turn.

A plain loop instead of transformers' `generate`: it costs less per token, and can be left at any
point with nothing to clean up.
"""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import torch
from transformers import DynamicCache

import memory
import sampling
from params import Params


class Simple:
    """Takes turns with whatever else the event loop does, one token a turn."""

    name = "simple"

    def __init__(self, model: Any, ends: list[int]) -> None:
        self._model = model
        self._ends = ends
        self.device = f"{model.device} as {model.dtype}"
        self.context = int(model.config.get_text_config().max_position_embeddings)

    async def tokens(self, prompt: list[int], params: Params) -> AsyncGenerator[list[int], None]:
        """One token at a time."""
        sampler = sampling.Sampler(params)
        cache = DynamicCache(config=self._model.config)
        unread = prompt
        for _ in range(min(params.max_tokens, self.context - len(prompt))):
            token = self._next(unread, cache, sampler)
            if token in self._ends:
                return
            yield [token]
            unread = [token]
            await asyncio.sleep(0)  # the others' turn, or a cancel's

    def close(self) -> None:
        """Write no more: what is written at all is written while somebody waits for it."""

    @torch.inference_mode()
    def _next(self, unread: list[int], cache: DynamicCache, sampler: sampling.Sampler) -> int:
        """The token to follow; the cache holds what was read before."""
        with memory.freed_when_out():
            output = self._model(
                input_ids=torch.tensor([unread], device=self._model.device),
                past_key_values=cache,
                use_cache=True,
                logits_to_keep=1,
            )
            return int(sampling.choose(output.logits[:, -1].float(), [sampler], self._ends))
