"""Opens the pictures that people send: upright, in colour, and none that would fill the memory."""

import struct
import warnings
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

MOST_PIXELS = 50_000_000
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF", "TIFF", "BMP", "ICO", "PPM")
UNKNOWN = "image is no picture known here; send a JPEG, PNG, WebP, GIF, AVIF, TIFF or BMP file."
BROKEN = (  # what Pillow raises, depending on the format and on what is damaged
    *(OSError, EOFError, SyntaxError, ValueError),
    *(TypeError, IndexError, RuntimeError, struct.error),
)
TOO_LARGE = (Image.DecompressionBombError, Image.DecompressionBombWarning)


def read(path: Path, size: tuple[int, int]) -> Image.Image:
    """The picture in the file, or the first of several, brought to this width and height."""
    if not path.stat().st_size:
        raise ValueError("image is an empty file; send the picture again.")
    try:
        with (
            warnings.catch_warnings(action="error", category=Image.DecompressionBombWarning),
            Image.open(path, formats=FORMATS) as opened,
        ):
            _check_size(opened)
            upright = ImageOps.exif_transpose(opened)
            return _colored(upright).resize(size, Image.Resampling.BICUBIC)
    except TOO_LARGE as error:
        raise ValueError(
            f"image is larger than {MOST_PIXELS // 1_000_000} megapixels; send a smaller one."
        ) from error
    except UnidentifiedImageError as error:
        raise ValueError(UNKNOWN) from error
    except BROKEN as error:
        raise ValueError(
            f"image is damaged ({error}); send it again whole, or saved anew as JPEG or PNG."
        ) from error


def _check_size(opened: Image.Image) -> None:
    """Look at what the file's head declares: nothing was decoded yet."""
    if opened.width * opened.height > MOST_PIXELS:
        raise Image.DecompressionBombError


def _colored(image: Image.Image) -> Image.Image:
    """The picture in red, green and blue; what shines through is seen on white."""
    if image.mode.startswith("I;16"):
        image = image.convert("I").point(lambda value: value / 257).convert("L")
    if not image.has_transparency_data:
        return image.convert("RGB")
    ground = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(ground, image.convert("RGBA")).convert("RGB")
