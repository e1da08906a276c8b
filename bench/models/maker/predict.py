"""Makes a file of noise."""

import os
from pathlib import Path as Folder

from cog import BasePredictor, Input, Path


class Predictor(BasePredictor):
    def predict(self, size: int = Input(description="Bytes", default=1)) -> Path:
        made = Folder("/tmp") / f"noise-{os.getpid()}.bin"
        made.write_bytes(os.urandom(size))
        return Path(made)
