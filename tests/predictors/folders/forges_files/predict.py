"""Names files that are none of its own, through its runner's own connection."""

import gc
import os
from pathlib import Path

from cog import BasePredictor, Input
from cog.server.channel import Channel
from cog.server.prediction import Prediction


def the(kind: type) -> object:
    return next(found for found in gc.get_objects() if isinstance(found, kind))


class Predictor(BasePredictor):
    def predict(self, how: str = Input(), secret: str = Input()) -> str:
        worker, prediction = the(Channel), the(Prediction)
        outbox, copy = Path(worker._folder), f"{prediction.id}.0"
        named = getattr(self, how)(outbox, copy, Path(secret))
        worker.send("output", id=prediction.id, is_piece=False, **named)
        return "done"

    def missing(self, outbox: Path, copy: str, secret: Path) -> dict:
        return self.naming(copy)

    def outside(self, outbox: Path, copy: str, secret: Path) -> dict:
        return self.naming(os.path.relpath(secret, outbox))

    def absolute(self, outbox: Path, copy: str, secret: Path) -> dict:
        return self.naming(str(secret))

    def of_another(self, outbox: Path, copy: str, secret: Path) -> dict:
        (outbox / "other.0").write_text("x")
        return self.naming("other.0")

    def link(self, outbox: Path, copy: str, secret: Path) -> dict:
        (outbox / copy).symlink_to(secret)
        return self.naming(copy)

    def hard_link(self, outbox: Path, copy: str, secret: Path) -> dict:
        (outbox / copy).hardlink_to(secret)
        return self.naming(copy)

    def pipe(self, outbox: Path, copy: str, secret: Path) -> dict:
        os.mkfifo(outbox / copy)
        return self.naming(copy)

    def folder(self, outbox: Path, copy: str, secret: Path) -> dict:
        (outbox / copy).mkdir()
        return self.naming(copy)

    def linked_folder(self, outbox: Path, copy: str, secret: Path) -> dict:
        outbox.rmdir()
        (secret.parent / copy).write_text("x")
        outbox.symlink_to(secret.parent)
        return self.naming(copy)

    def elsewhere(self, outbox: Path, copy: str, secret: Path) -> dict:
        (outbox / copy).write_text("x")
        return {"value": ["other"], "files": [{"at": [0], "copy": copy, "name": "a"}]}

    def nowhere(self, outbox: Path, copy: str, secret: Path) -> dict:
        (outbox / copy).write_text("x")
        return {"value": [], "files": [{"at": [{}], "copy": copy, "name": "a"}]}

    def odd(self, outbox: Path, copy: str, secret: Path) -> dict:
        return {"value": copy, "files": [copy]}

    def large(self, outbox: Path, copy: str, secret: Path) -> dict:
        with (outbox / copy).open("wb") as file:
            file.truncate(1 << 40)
        return self.naming(copy)

    def naming(self, copy: str) -> dict:
        return {"value": copy, "files": [{"at": [], "copy": copy, "name": "a.txt"}]}
