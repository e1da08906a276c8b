"""Yields numbers as text, one after another."""

import time
from collections.abc import Iterator

from cog import BasePredictor, Input


class Predictor(BasePredictor):
    def predict(
        self, start: int = Input(default=3, ge=0), pause: float = Input(default=0)
    ) -> Iterator[str]:
        for number in range(start, 0, -1):
            yield str(number)
            time.sleep(pause)
