"""Yields a little, and raises."""

from collections.abc import Iterator

from cog import BasePredictor


class Predictor(BasePredictor):
    def predict(self) -> Iterator[str]:
        yield "one"
        yield "two\nlines"
        raise ValueError("stumbled")
