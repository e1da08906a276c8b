"""Looking at a picture: which shape of which colour it shows, by its pixels alone."""

from typing import Any

import numpy as np
from PIL import Image

from predictors.demo import shapes
from predictors.demo.shapes import Picture

FEWEST, MOST = 0.03, 0.7  # the share of a picture that a shape covers
THIN = 0.15  # of the longest line through a shape
FILLED = {"square": 0.97, "circle": 0.79, "triangle": 0.6}  # the share of its box that it fills
INSET = 4  # pixels from the edge where the ground is looked at, and around the middle of a shape
CONTRAST = 120  # between a shape and its ground, over the three colours

Pixels = np.ndarray[Any, Any]


def see(image: Image.Image) -> Picture:
    """The picture seen; one without a shape has none and no colour."""
    pixels = np.asarray(image.convert("RGB"), dtype=np.float64)
    corners = pixels[[INSET, INSET, -INSET, -INSET], [INSET, -INSET, INSET, -INSET]]
    edge = np.median(corners, axis=0)
    ground = nearest(edge, shapes.GROUNDS)
    is_shape = np.abs(pixels - edge).sum(axis=2) > CONTRAST
    if not FEWEST < is_shape.mean() < MOST:
        return Picture("none", "none", ground)
    color = np.median(pixels[is_shape], axis=0)
    return Picture(nearest(color, shapes.COLORS), _shape(is_shape), ground)


def nearest(color: Any, names: dict[str, tuple[int, int, int]]) -> str:
    """The name of the colour that is most like this one."""
    return min(names, key=lambda name: float(((np.asarray(color) - names[name]) ** 2).sum()))


def _shape(is_shape: Pixels) -> str:
    """By how much of its box is filled; stray pixels and thin tips do not make the box larger."""
    rows, columns = (_inner(is_shape.sum(axis=axis)) for axis in (1, 0))
    filled = is_shape[rows][:, columns].mean()
    return min(FILLED, key=lambda name: abs(FILLED[name] - filled))


def _inner(counts: Pixels) -> slice:
    """From the first to the last row that is not nearly empty."""
    (lines,) = np.nonzero(counts > THIN * counts.max())
    return slice(lines[0], lines[-1] + 1)
