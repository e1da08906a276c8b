"""One answer: tokens in, pieces of text out, and the count of both."""

import contextlib
import time
from collections.abc import AsyncGenerator

from decoding import Decoder
from params import Params
from stops import Stops


class Answer:
    """Written while its pieces are read; its metrics may be asked for at any time."""

    def __init__(
        self,
        tokens: AsyncGenerator[list[int], None],
        decoder: Decoder,
        params: Params,
        *,
        prompt_length: int,
    ) -> None:
        self.prompt_length = prompt_length
        self.length = 0
        self._tokens = tokens
        self._decoder = decoder
        self._stops = Stops(params.stop_sequences)
        self._min_tokens = params.min_tokens
        self._started = time.perf_counter()
        self._seconds_to_first: float | None = None

    async def pieces(self) -> AsyncGenerator[str, None]:
        """Its text as it comes; once it is left, no more tokens are made for it."""
        async with contextlib.aclosing(self._tokens):
            async for tokens in self._tokens:
                if text := self._text(tokens):
                    yield text
                if self._stops.is_met:
                    return
        if text := self._stops.pass_on(self._decoder.rest()) + self._stops.rest():
            yield text

    def metrics(self) -> dict[str, int | float]:
        """Names as on Replicate, times in seconds; no speed before there is a token."""
        counts = {"input_token_count": self.prompt_length, "output_token_count": self.length}
        if self._seconds_to_first is None:
            return counts
        speed = self.length / (time.perf_counter() - self._started)
        first = self._seconds_to_first
        return {**counts, "tokens_per_second": speed, "time_to_first_token": first}

    def _text(self, tokens: list[int]) -> str:
        """What may be shown once these tokens are there; those after a stop do not count."""
        self._seconds_to_first = self._seconds_to_first or time.perf_counter() - self._started
        shown = ""
        for token in tokens:
            self.length += 1
            text = self._decoder.add(token)
            shown += text if self.length <= self._min_tokens else self._stops.pass_on(text)
            if self._stops.is_met:
                break
        return shown
