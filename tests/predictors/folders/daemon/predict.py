"""Leaves a process behind."""

import subprocess

from cog import BasePredictor


class Predictor(BasePredictor):
    def predict(self) -> int:
        return subprocess.Popen(["/bin/sleep", "600"]).pid
