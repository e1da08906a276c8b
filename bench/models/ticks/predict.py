"""Yields the time, over and over."""

import time
from collections.abc import Iterator

from cog import BasePredictor, Input


class Predictor(BasePredictor):
    def predict(
        self,
        count: int = Input(description="How many items", default=10_000),
        pause: float = Input(description="Seconds before each", default=0),
    ) -> Iterator[float]:
        for _ in range(count):
            if pause:
                time.sleep(pause)
            yield time.time()
