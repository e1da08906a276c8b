"""Computes for ever in Python code."""

from cog import BasePredictor


class Predictor(BasePredictor):
    def predict(self) -> str:
        print("began", flush=True)
        while True:
            pass
