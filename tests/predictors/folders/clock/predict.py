"""Yields the time, as often as asked: at once, or with pauses."""

import time
from collections.abc import Iterator

from cog import BasePredictor, Input


class Predictor(BasePredictor):
    def predict(
        self, times: int = Input(default=1, ge=0), pause: float = Input(default=0)
    ) -> Iterator[str]:
        for _ in range(times):
            if pause:
                time.sleep(pause)
            yield f"{time.monotonic():.6f}"
