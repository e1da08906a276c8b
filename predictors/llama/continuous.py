"""The continuous engine: one step of the model gives a token to every answer that is written."""

import os
from collections.abc import AsyncGenerator
from typing import Any

import capacity
from desk import Desk
from params import Params
from sampling import Sampler


class Continuous:
    """Answers many at once; a new one joins, and one that is left goes, between two steps."""

    name = "continuous"

    def __init__(self, model: Any, ends: list[int], concurrency: int) -> None:
        self._model = model
        self._ends = ends
        self.device = f"{model.device} as {model.dtype}"
        context = int(model.config.get_text_config().max_position_embeddings)
        self._capacity = capacity.of_model(model, context, concurrency)
        self.context = min(context, self._capacity.longest)
        self._desk = self._open()

    async def tokens(self, prompt: list[int], params: Params) -> AsyncGenerator[list[int], None]:
        """What each step gives; several at once where the reader is slower than the engine."""
        most = min(params.max_tokens, self.context - len(prompt))
        desk = self._open_desk()
        request = desk.ask(prompt, most, Sampler(params))
        try:
            while tokens := await request.more():
                yield tokens
        finally:
            desk.forget(request)

    def close(self) -> None:
        """Write no more; who still waits for tokens gets an error."""
        self._desk.close()

    def _open_desk(self) -> Desk:
        """The desk, or a new one where its thread has died of something."""
        if not self._desk.is_open:
            if not self._desk.has_served:
                os._exit(1)  # died twice in a row: only a new process can help
            self._desk.close()
            self._desk = self._open()
        return self._desk

    def _open(self) -> Desk:
        return Desk(self._model, self._ends, self._capacity)
