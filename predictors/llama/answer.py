"""One answer: tokens in, pieces of text out, and the count of both."""

import time
from collections.abc import Iterator

from decoding import Decoder
from params import Params
from stops import Stops


class Answer:
    """Written while it is iterated; asked for its metrics at any time, it tells them so far."""

    def __init__(
        self, tokens: Iterator[int], decoder: Decoder, params: Params, *, prompt_length: int
    ) -> None:
        self.prompt_length = prompt_length
        self.length = 0
        self._tokens = tokens
        self._decoder = decoder
        self._stops = Stops(params.stop_sequences)
        self._min_tokens = params.min_tokens
        self._started = time.perf_counter()
        self._seconds_to_first: float | None = None

    def __iter__(self) -> Iterator[str]:
        return filter(None, self._pieces())

    def metrics(self) -> dict[str, int | float]:
        """Names as on Replicate, times in seconds; no speed before there is a token."""
        counts = {"input_token_count": self.prompt_length, "output_token_count": self.length}
        if self._seconds_to_first is None:
            return counts
        speed = self.length / (time.perf_counter() - self._started)
        first = self._seconds_to_first
        return {**counts, "tokens_per_second": speed, "time_to_first_token": first}

    def _pieces(self) -> Iterator[str]:
        for token in self._counted():
            text = self._decoder.add(token)
            yield text if self.length <= self._min_tokens else self._stops.pass_on(text)
            if self._stops.is_met:
                return
        yield self._stops.pass_on(self._decoder.rest()) + self._stops.rest()

    def _counted(self) -> Iterator[int]:
        for token in self._tokens:
            self._seconds_to_first = self._seconds_to_first or time.perf_counter() - self._started
            self.length += 1
            yield token
