"""Takes files and makes one."""

import tempfile

from cog import BasePredictor, Input, Path


class Predictor(BasePredictor):
    def predict(
        self, page: Path = Input(default=None), pages: list[Path] = Input(default=[])
    ) -> Path:
        out = Path(tempfile.mkdtemp()) / "pages.txt"
        texts = [each.read_text() for each in [page, *pages] if each]
        out.write_text(" ".join(texts))
        return out
