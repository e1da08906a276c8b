"""Yields files, one after another."""

import tempfile
from collections.abc import Iterator

from cog import BasePredictor, Input, Path


class Predictor(BasePredictor):
    def predict(self, pages: int = Input(default=2)) -> Iterator[Path]:
        folder = Path(tempfile.mkdtemp())
        for number in range(1, pages + 1):
            page = folder / f"page-{number}.txt"
            page.write_text(f"This is page {number}.")
            yield page
