"""The pictures that the demo models paint and describe: one flat shape on a flat ground."""

from dataclasses import dataclass
from random import Random

from PIL import Image, ImageDraw

COLORS = {
    "red": (220, 30, 30),
    "green": (30, 170, 60),
    "blue": (40, 70, 220),
    "yellow": (240, 210, 40),
    "purple": (150, 50, 180),
    "black": (20, 20, 20),
}
GROUNDS = {"white": (250, 250, 250), "gray": (150, 150, 150)}
SHAPES = ("circle", "square", "triangle")
RADIUS, RADII, SHIFT = 0.30, (0.24, 0.36), 0.1  # in shares of the picture's side


@dataclass(frozen=True)
class Picture:
    """What there is to see, and to say."""

    color: str
    shape: str
    ground: str

    @property
    def caption(self) -> str:
        """The picture in one sentence."""
        return f"a {self.color} {self.shape} on a {self.ground} background"


ALL = [Picture(color, shape, ground) for color in COLORS for shape in SHAPES for ground in GROUNDS]


def draw(picture: Picture, side: int, *, chance: Random | None = None) -> Image.Image:
    """Draw it, `side` pixels wide and high; by chance a little larger or off the middle."""
    large = side * 2  # drawn at twice the size, for smooth edges
    image = Image.new("RGB", (large, large), GROUNDS[picture.ground])
    radius = large * (chance.uniform(*RADII) if chance else RADIUS)
    x, y = (large * (0.5 + (chance.uniform(-SHIFT, SHIFT) if chance else 0)) for _ in range(2))
    _put(ImageDraw.Draw(image), picture, (x, y), radius)
    return image.resize((side, side), Image.Resampling.LANCZOS)


def _put(
    canvas: ImageDraw.ImageDraw, picture: Picture, middle: tuple[float, float], radius: float
) -> None:
    (x, y), fill = middle, COLORS[picture.color]
    box = (x - radius, y - radius, x + radius, y + radius)
    if picture.shape == "circle":
        canvas.ellipse(box, fill=fill)
    elif picture.shape == "square":
        canvas.rectangle(box, fill=fill)
    else:
        canvas.polygon(
            [(x, y - radius), (x + radius, y + radius), (x - radius, y + radius)], fill=fill
        )
