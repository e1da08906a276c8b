"""Takes batches: says how many ran together, and misbehaves where it is told to."""

import time

from cog import BasePredictor, Input, current_scope


class Predictor(BasePredictor):
    def predict(
        self,
        name: str = Input(default="a"),
        size: int = Input(default=1),
        seconds: float = Input(default=0),
        bad: bool = Input(default=False),
    ) -> str:
        print(f"began {name}")
        if bad:
            raise ValueError(f"{name} is bad")
        time.sleep(seconds)
        current_scope().record_metric("together", 1)
        return f"{name} alone"

    def predict_batch(self, inputs: list[dict], scopes: list) -> list:
        print(f"began {len(inputs)} together")
        if any(each["bad"] for each in inputs):
            raise ValueError("one is bad")
        time.sleep(max(each["seconds"] for each in inputs))
        for each, scope in zip(inputs, scopes, strict=True):
            scope.log(f"this is {each['name']}")
            scope.record_metric("together", len(inputs))
        return [f"{each['name']} of {len(inputs)}" for each in inputs]
