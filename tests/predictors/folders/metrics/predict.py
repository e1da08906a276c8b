"""Reports metrics in every mode."""

from cog import BasePredictor, Input, current_scope


class Predictor(BasePredictor):
    def predict(self, fails: bool = Input(default=False)) -> str:
        self.record_metric("tokens", 2, "incr")
        self.record_metric("tokens", 3, "incr")
        self.record_metric("steps", "load", "append")
        self.record_metric("steps", "run", "append")
        self.record_metric("time.load", 0.5)
        self.record_metric("time.run", 1.5)
        self.record_metric("gone", 1)
        del current_scope().metrics["gone"]
        if fails:
            raise ValueError("after the metrics")
        return "measured"
