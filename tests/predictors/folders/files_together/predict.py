"""Gives files where several predictions run at once, or as one batch."""

import asyncio
import tempfile
import time

from cog import BasePredictor, Input, Path

FOLDER = Path(tempfile.mkdtemp())


class Predictor(BasePredictor):
    def predict(
        self, name: str = Input(default="a"), seconds: float = Input(default=0)
    ) -> list[Path]:
        time.sleep(seconds)
        return [written(name, "out.txt")]

    def predict_batch(self, inputs: list[dict], scopes: list) -> list:
        return [[written(f"{at} of {len(inputs)}", f"{at}.txt")] for at, _ in enumerate(inputs)]


class AtOnce(BasePredictor):
    async def predict(self, name: str = Input(default="a")) -> Path:
        await asyncio.sleep(0)
        return written(name, "out.txt")


def written(text: str, name: str) -> Path:
    file = FOLDER / name
    file.write_text(text)
    return file
