"""Pictures in and out: what clients send is looked at before it is decoded."""

from pathlib import Path

from PIL import Image, ImageOps

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
MOST_PIXELS = 50_000_000
SHORTEST, LONGEST, MULTIPLE = 64, 2048, 8  # of a side, in pixels

Image.MAX_IMAGE_PIXELS = None  # the limit above is stricter, and says what to do


def read(path: Path, field: str) -> Image.Image:
    """The picture upright, in RGB, on white where it was transparent; ValueError where it is none.

    The field is named in the error, for the client who filled it in.
    """
    try:
        with Image.open(path, formats=FORMATS) as image:
            _check_size(image, field)
            return _flat(ImageOps.exif_transpose(image))
    except (OSError, SyntaxError, EOFError) as error:
        raise ValueError(
            f"{field} is no picture that can be read; send a whole file of "
            f"{', '.join(FORMATS[:-1])} or {FORMATS[-1]}."
        ) from error


def side_like(side: int, scale: float) -> int:
    """The nearest side that a picture may have."""
    return min(LONGEST, max(SHORTEST, round(side * scale / MULTIPLE) * MULTIPLE))


def size_like(image: Image.Image) -> tuple[int, int]:
    """The nearest size that a picture may have; a larger one is made smaller as a whole."""
    scale = min(1.0, LONGEST / max(image.size))
    return side_like(image.width, scale), side_like(image.height, scale)


def save(images: list[Image.Image], folder: Path) -> list[Path]:
    """Write them as out-0.png and so on into a new folder."""
    folder.mkdir()
    paths = [folder / f"out-{index}.png" for index in range(len(images))]
    for image, path in zip(images, paths, strict=True):
        image.save(path)
    return paths


def _check_size(image: Image.Image, field: str) -> None:
    pixels = image.width * image.height
    if pixels > MOST_PIXELS:
        raise ValueError(
            f"{field} has {image.width} x {image.height} pixels, which is too large; "
            f"send one of at most {MOST_PIXELS // 1_000_000} million."
        )


def _flat(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image.convert("RGB")
    seen = image.convert("RGBA")
    flat = Image.new("RGB", image.size, "white")
    flat.paste(seen, mask=seen.getchannel("A"))
    return flat
