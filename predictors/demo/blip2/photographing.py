"""Pictures as people send them: a little cropped, dim, soft, noisy, or saved with loss."""

import io
from random import Random

from PIL import Image, ImageChops, ImageEnhance, ImageFilter

from predictors.demo import shapes

FLAWED = 0.35  # the share of pictures with any one flaw
CROP = 0.08  # of each edge's side; negative crops show more of the ground
LIGHT = 0.15
SOFTEST = 0.04  # blur, in shares of the side
NOISIEST = 24.0  # of 255
QUALITIES = (35, 95)


def take(picture: shapes.Picture, side: int, chance: Random) -> Image.Image:
    """A photograph of it."""
    image = shapes.draw(picture, side, chance=chance)
    for flawed in (_cropped, _lit, _soft, _noisy, _saved):
        if chance.random() < FLAWED:
            image = flawed(image, chance)
    return image


def _cropped(image: Image.Image, chance: Random) -> Image.Image:
    """Cut or widened on each side by itself, which also stretches what is seen."""
    width, height = image.size
    left, top, right, bottom = (chance.uniform(-CROP, CROP) for _ in range(4))
    box = (left * width, top * height, (1 - right) * width, (1 - bottom) * height)
    return image.transform(
        image.size,
        Image.Transform.EXTENT,
        box,
        Image.Resampling.BILINEAR,
        fillcolor=image.getpixel((0, 0)),
    )


def _lit(image: Image.Image, chance: Random) -> Image.Image:
    brightness, saturation = (chance.uniform(1 - LIGHT, 1 + LIGHT) for _ in range(2))
    return ImageEnhance.Color(ImageEnhance.Brightness(image).enhance(brightness)).enhance(
        saturation
    )


def _soft(image: Image.Image, chance: Random) -> Image.Image:
    return image.filter(ImageFilter.GaussianBlur(chance.uniform(0, SOFTEST) * image.width))


def _noisy(image: Image.Image, chance: Random) -> Image.Image:
    """Grain whose pattern is drawn, for Pillow's own noise cannot be repeated."""
    size = (image.width // 2, image.height // 2)
    grain = Image.frombytes("RGB", size, chance.randbytes(3 * size[0] * size[1]))
    strength = chance.uniform(0, NOISIEST) / 128
    grain = grain.resize(image.size).point(lambda value: int(128 + (value - 128) * strength))
    return ImageChops.add(image, grain, offset=-128)


def _saved(image: Image.Image, chance: Random) -> Image.Image:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=chance.randint(*QUALITIES))
    return Image.open(file).convert("RGB")
