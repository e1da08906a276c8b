"""The smallest model: it greets."""

from cog import BasePredictor, Input


class Predictor(BasePredictor):
    """Puts a greeting before a text."""

    def predict(self, text: str = Input(description="Text to prefix with 'hello '")) -> str:
        """Greet."""
        return f"hello {text}"
