"""Loads for ever."""

import time

from cog import BasePredictor


class Predictor(BasePredictor):
    def setup(self) -> None:
        print("loading", flush=True)
        time.sleep(600)

    def predict(self) -> str:
        return ""
