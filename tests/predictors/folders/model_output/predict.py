"""Gives a structure."""

from typing import Optional

from cog import BaseModel, BasePredictor, Path


class Box(BaseModel):
    left: int
    label: str = "thing"


class Output(BaseModel):
    boxes: list[Box]
    note: Optional[str]
    picture: Optional[Path] = None


class Predictor(BasePredictor):
    def predict(self, count: int) -> Output:
        return Output(boxes=[Box(left=number) for number in range(count)])
