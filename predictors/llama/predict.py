"""Llama: answers a prompt word by word, with any causal language model that transformers knows."""

import contextlib
import os
import secrets
import time
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from cog import AsyncConcatenateIterator, BasePredictor, Input, current_scope

from params import Params

if TYPE_CHECKING:
    from answer import Answer


class Predictor(BasePredictor):
    """Holds one language model and writes as many answers at once as it is told to."""

    async def setup(self, weights: str | None = None) -> None:
        """Load the checkpoint and write a few tokens, so that nobody waits for the first ones."""
        started = time.perf_counter()
        import checkpoint
        import engines
        from reading import Reader

        concurrency = int(os.environ.get("COG_MAX_CONCURRENCY", "1"))  # noqa: TID251  Cog's own
        source = checkpoint.find(weights)
        tokenizer = checkpoint.tokenizer(source)
        self.engine = await engines.start(source, tokenizer, concurrency=concurrency, warn=print)
        self.reader = Reader(tokenizer, self.engine.context)
        seconds = time.perf_counter() - started
        print(f"Loaded {source} on {self.engine.device} in {seconds:.1f} s ({self.engine.name})")

    async def predict(
        self,
        prompt: str = Input(description="What to answer", default=""),
        system_prompt: str = Input(
            description="How to behave; blank for no system prompt",
            default="You are a helpful assistant.",
        ),
        min_tokens: int = Input(description="Fewest tokens to write", default=0, ge=0),
        max_tokens: int = Input(description="Most tokens to write", default=512, ge=1),
        temperature: float = Input(description="Variety; 0 for none", default=0.6, ge=0, le=5),
        top_p: float = Input(
            description="Draw from the likeliest tokens up to this share", default=0.9, ge=0, le=1
        ),
        top_k: int = Input(description="Draw from at most this many; 0 for all", default=50, ge=0),
        presence_penalty: float = Input(description="Against tokens already used", default=0),
        frequency_penalty: float = Input(description="The same, per use", default=0),
        stop_sequences: str | None = Input(description="Ends, comma-separated", default=None),
        prompt_template: str | None = Input(
            description="Text with {prompt} and {system_prompt} in it", default=None
        ),
        seed: int | None = Input(description="Same seed, same answer", default=None),
    ) -> AsyncConcatenateIterator[str]:
        """Write the answer, yielding its text as it comes."""
        params = Params(
            min_tokens=min_tokens,
            max_tokens=max_tokens,
            temperature=temperature,
            top_p=top_p,
            top_k=top_k,
            presence_penalty=presence_penalty,
            frequency_penalty=frequency_penalty,
            stop_sequences=tuple(filter(None, (stop_sequences or "").split(","))),
            seed=secrets.randbelow(2**32) if seed is None else seed,
        )
        print(f"Using seed: {params.seed}")
        tokens = self.reader.read(prompt, system_prompt, prompt_template)
        async with self._reported(self._answer(tokens, params)) as pieces:
            async for piece in pieces:
                yield piece

    def _answer(self, prompt: list[int], params: Params) -> "Answer":
        from answer import Answer
        from decoding import Decoder

        tokens = self.engine.tokens(prompt, params)
        decoder = Decoder(self.reader.tokenizer)
        return Answer(tokens, decoder, params, prompt_length=len(prompt))

    @contextlib.asynccontextmanager
    async def _reported(self, answer: "Answer") -> AsyncIterator[AsyncIterator[str]]:
        """An answer's pieces; what it took is told whether it comes to its end or is canceled."""
        try:
            async with contextlib.aclosing(answer.pieces()) as pieces:
                yield pieces
        finally:
            self._report(answer)

    def _report(self, answer: "Answer") -> None:
        for name, value in answer.metrics().items():
            current_scope().record_metric(name, value)
        if answer.prompt_length + answer.length >= self.reader.context:
            print(f"Stopped at the end of the context ({self.reader.context} tokens).")
