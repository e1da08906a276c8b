"""Prints a secret, and tells its length."""

from cog import BasePredictor, Secret


class Predictor(BasePredictor):
    def predict(self, token: Secret) -> int:
        print(f"token: {token}")
        return len(token.get_secret_value())
