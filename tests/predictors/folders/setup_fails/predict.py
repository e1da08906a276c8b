"""Cannot be loaded."""

from cog import BasePredictor


class Predictor(BasePredictor):
    def setup(self) -> None:
        print("looking for weights")
        raise FileNotFoundError("no weights")

    def predict(self) -> str:
        return ""
