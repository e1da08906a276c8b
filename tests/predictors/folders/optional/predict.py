"""Tells what it was given where everything may be left out."""

from typing import Any, Optional

from cog import BasePredictor, Input


class Predictor(BasePredictor):
    def predict(
        self,
        bare: Optional[int],
        described: Optional[str] = Input(description="May be left out"),
        seed: int = Input(default=None),
        tags: list[str] = Input(default=["draft"]),
        plain: int | None = None,
    ) -> dict[str, Any]:
        given = {"bare": bare, "described": described, "seed": seed, "tags": list(tags)}
        tags.append("changed")
        return given | {"plain": plain}
