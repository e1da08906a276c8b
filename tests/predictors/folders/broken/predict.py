"""Raises what it is told to."""

from cog import BasePredictor, Input


class Predictor(BasePredictor):
    def predict(
        self, message: str = Input(default="boom"), kind: str = Input(default="ValueError")
    ) -> str:
        raise {"ValueError": ValueError, "SystemExit": SystemExit}[kind](message)
