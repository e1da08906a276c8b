"""Gives back what it is given."""

from typing import Any

from cog import BasePredictor, Input


class Predictor(BasePredictor):
    def predict(self, value: Any = Input(default=None)) -> Any:
        return value
