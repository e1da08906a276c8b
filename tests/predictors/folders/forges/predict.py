"""Fails with text that its runner, turned against us, sends as it is."""

from cog import BasePredictor, Input
from cog.server import failure

failure.text = str


class Predictor(BasePredictor):
    def setup(self, weights: str | None) -> None:
        if weights:
            raise FileNotFoundError("no\0 \ud800 weights")

    def predict(self, message: str = Input(default="boom")) -> str:
        raise ValueError(message)
