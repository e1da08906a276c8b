"""The simple engine: one loaded model, one answer at a time, one step of the model per token.

A plain loop instead of transformers' `generate`: it streams without a second thread, costs less
per token, and can be left at any point, by an exception too, with nothing to clean up.
"""

from collections.abc import Iterator
from typing import Any

import torch
from transformers import DynamicCache

import prompts
from answer import Answer
from decoding import Decoder
from params import Params
from sampling import Sampler


class Engine:
    """A loaded model, and what must be known of it to write answers."""

    def __init__(self, model: Any, tokenizer: Any) -> None:
        self._model = model
        self._tokenizer = tokenizer
        self._ends = _ends(model, tokenizer)
        self.context = int(model.config.get_text_config().max_position_embeddings)

    def warm_up(self) -> None:
        """Take the steps that are slow the first time."""
        for _ in self.answer(self.read("Hello", "", None), Params(max_tokens=4)):
            pass

    def read(self, prompt: str, system_prompt: str, template: str | None) -> list[int]:
        """The tokens to continue; ValueError where there are none, or no room after them."""
        text = prompts.text(self._tokenizer, prompt, system_prompt, template)
        begins = text.startswith(self._tokenizer.bos_token or "\0")
        tokens: list[int] = self._tokenizer.encode(text, add_special_tokens=not begins)
        if not tokens:
            raise ValueError("The prompt is empty, and this model has no chat format to put it in.")
        if len(tokens) >= self.context:
            raise ValueError(
                f"The prompt has {len(tokens)} tokens, which leaves no room for an answer: "
                f"this model reads and writes at most {self.context} in all."
            )
        return tokens

    def answer(self, prompt: list[int], params: Params) -> Answer:
        """An answer, written while it is iterated; it ends with the context at the latest."""
        tokens = self._tokens(prompt, params)
        return Answer(tokens, Decoder(self._tokenizer), params, prompt_length=len(prompt))

    def _tokens(self, prompt: list[int], params: Params) -> Iterator[int]:
        sampler = Sampler(params, self._ends)
        cache = DynamicCache(config=self._model.config)
        unread = prompt
        for _ in range(min(params.max_tokens, self.context - len(prompt))):
            with torch.inference_mode():
                token = sampler.choose(self._scores(unread, cache))
            if token in self._ends:
                return
            yield token
            unread = [token]

    def _scores(self, unread: list[int], cache: DynamicCache) -> torch.Tensor:
        """Each token's score as the next one; the cache holds what was read before."""
        tokens = torch.tensor([unread], device=self._model.device)
        output = self._model(
            input_ids=tokens, past_key_values=cache, use_cache=True, logits_to_keep=1
        )
        return output.logits[0, -1].float()


def _ends(model: Any, tokenizer: Any) -> list[int]:
    """The tokens that end an answer; a configuration may name none, one or several."""
    named = model.generation_config.eos_token_id
    ends = named if isinstance(named, list) else [named]
    return [end for end in {*ends, tokenizer.eos_token_id} if end is not None]
