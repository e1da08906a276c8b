"""Returns what JSON has no words for, or too much of it."""

import math
from typing import Any

from cog import BasePredictor, Input

VALUES = {
    "nan": lambda: {"deep": [math.nan]},
    "infinity": lambda: math.inf,
    "bytes": lambda: b"raw",
    "object": object,
    "large": lambda: "x" * (65 << 20),
    "none": lambda: None,
    "set": lambda: {1},
}


class Predictor(BasePredictor):
    def predict(self, kind: str = Input(choices=VALUES.keys())) -> Any:
        return VALUES[kind]()
