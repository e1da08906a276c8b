"""Sleeps in C code, and says when it begins."""

import time

from cog import BasePredictor, Input


class Predictor(BasePredictor):
    def predict(self, seconds: float = Input(default=60)) -> str:
        print("began", flush=True)
        time.sleep(seconds)
        return "slept"
