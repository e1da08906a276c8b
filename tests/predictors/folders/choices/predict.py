"""Chooses between texts and between numbers."""

from cog import BasePredictor, Input

SCHEDULERS = {"DDIM": object, "K_EULER": object}


class Predictor(BasePredictor):
    def predict(
        self,
        scheduler: str = Input(description="Steps", choices=SCHEDULERS.keys(), default="DDIM"),
        size: int = Input(choices=[256, 512]),
    ) -> str:
        return f"{scheduler} {size}"
