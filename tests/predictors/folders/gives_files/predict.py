"""Gives files in every place an output has for them."""

import io
import os
import tempfile
from typing import Any, Optional

from cog import BaseModel, BasePredictor, Input, Path


class Picture(BaseModel):
    title: str
    file: Path
    mask: Optional[Path] = None


class Predictor(BasePredictor):
    def setup(self) -> None:
        self.folder = Path(tempfile.mkdtemp())

    def predict(self, how: str = Input(default="one"), size: int = Input(default=3)) -> Any:
        return getattr(self, how)(size)

    def one(self, size: int) -> Path:
        return self.written("out.png", "a" * size)

    def several(self, size: int) -> list[Path]:
        return [self.written("out.png", "a" * size), self.written("out.txt", "b" * size)]

    def deep(self, size: int) -> dict[str, Any]:
        return {"pages": [{"page": self.written("1.txt", "1")}, "a.0"], "none": None}

    def structure(self, size: int) -> Picture:
        return Picture(title="a.0", file=self.written("out.png", "a" * size))

    def opened(self, size: int) -> list[Any]:
        file = self.written("out.txt", "abc").open("rb")
        file.read()
        return [file, io.BytesIO(b"raw"), io.StringIO("é"), os.fdopen(os.dup(file.fileno()), "rb")]

    def again(self, size: int) -> Any:
        """Writes every piece into the same file, and removes it in the end."""
        for text in "abc":
            file = self.written("out.txt", text * size)
            yield file
            file.write_text("overwritten")
        file.unlink()

    def half(self, size: int) -> list[Path]:
        return [self.written("out.txt", "a"), self.folder / "missing.txt"]

    def odd(self, size: int) -> Path:
        return self.written("über \udcff" + "x" * 150 + ".png", "a")

    def link(self, size: int) -> Path:
        link = self.folder / "link.txt"
        link.symlink_to(self.written("out.txt", "linked"))
        return link

    def written(self, name: str, text: str) -> Path:
        file = self.folder / name
        file.write_text(text)
        return file
