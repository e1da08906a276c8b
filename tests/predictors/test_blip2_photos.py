"""What people send as a picture, and what BLIP-2 gets to see of it."""

import io
import re
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image

from predictors.blip2 import photos

SIZE = (8, 8)
RED = (220, 30, 30)


def saved(folder: Path, image: Image.Image, kind: str, **options: object) -> Path:
    path = folder / f"photo.{kind.lower()}"
    image.save(path, kind, **options)
    return path


def seen(path: Path) -> tuple[int, ...]:
    """The colour in the middle."""
    return photos.read(path, SIZE).getpixel((4, 4))


def is_near(color: tuple[int, ...], other: tuple[int, ...]) -> bool:
    return all(abs(one - two) <= 6 for one, two in zip(color, other, strict=True))


def png(width: int, height: int) -> bytes:
    """A tiny file that declares a picture of this size."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def cut(kind: str) -> bytes:
    file = io.BytesIO()
    Image.effect_noise((64, 64), 90).convert("RGB").save(file, kind)
    return file.getvalue()[: len(file.getvalue()) // 2]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "AVIF", "TIFF", "BMP"])
def test_the_usual_formats_are_read(tmp_path: Path, kind: str) -> None:
    path = saved(tmp_path, Image.new("RGB", (64, 64), RED), kind)

    assert is_near(seen(path), RED)


@pytest.mark.parametrize(
    ("image", "kind"),
    [
        (Image.new("RGB", (64, 64), RED).quantize(4), "PNG"),
        (Image.new("RGB", (64, 64), RED).convert("CMYK"), "JPEG"),
        (Image.new("RGB", (64, 64), RED).convert("YCbCr"), "JPEG"),
        (Image.new("RGBA", (64, 64), (*RED, 255)), "PNG"),
    ],
    ids=["palette", "CMYK", "YCbCr", "RGBA"],
)
def test_every_way_to_store_a_colour_gives_the_same_one(
    tmp_path: Path, image: Image.Image, kind: str
) -> None:
    assert is_near(seen(saved(tmp_path, image, kind)), RED)


@pytest.mark.parametrize(
    ("image", "gray"),
    [
        (Image.new("1", (64, 64), 1), 255),
        (Image.new("L", (64, 64), 100), 100),
        (Image.new("I;16", (64, 64), 100 * 257), 100),
        (Image.new("LA", (64, 64), (0, 0)), 255),
        (Image.new("RGBA", (64, 64), (0, 0, 0, 0)), 255),
    ],
    ids=["1 bit", "8 bits", "16 bits", "transparent gray", "transparent"],
)
def test_grays_keep_their_lightness_and_nothing_is_white(
    tmp_path: Path, image: Image.Image, gray: int
) -> None:
    assert seen(saved(tmp_path, image, "PNG")) == (gray, gray, gray)


def test_a_palette_with_a_transparent_colour_is_seen_on_white(tmp_path: Path) -> None:
    image = Image.new("P", (64, 64), 0)
    image.putpalette([220, 30, 30])

    assert seen(saved(tmp_path, image, "PNG", transparency=0)) == (255, 255, 255)


def test_a_photo_taken_with_a_turned_camera_is_seen_upright(tmp_path: Path) -> None:
    image = Image.new("RGB", (64, 64), "white")
    image.paste(RED, (0, 0, 64, 32))
    exif = Image.Exif()
    exif[0x0112] = 3  # upside down
    upright = photos.read(saved(tmp_path, image, "PNG", exif=exif), SIZE)

    assert upright.getpixel((4, 1)) == (255, 255, 255)
    assert upright.getpixel((4, 6)) == RED


def test_of_an_animation_the_first_picture_is_seen(tmp_path: Path) -> None:
    pictures = [Image.new("RGB", (64, 64), color) for color in (RED, "blue")]
    path = saved(tmp_path, pictures[0], "GIF", save_all=True, append_images=pictures[1:])

    assert seen(path) == RED


@pytest.mark.parametrize("size", [(50_000, 50_000), (10_000, 10_000), (8_000, 8_000)], ids=str)
def test_a_picture_bomb_is_refused_before_it_is_decoded(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    path = tmp_path / "bomb.png"
    path.write_bytes(png(*size))

    with pytest.raises(ValueError, match="image is larger than 50 megapixels; send a smaller one"):
        photos.read(path, SIZE)


@pytest.mark.filterwarnings("ignore:Truncated File Read")  # Pillow's own, before it gives up
@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "image is an empty file; send the picture again."),
        (b"This is a text.", "image is no picture known here; send a JPEG, PNG,"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "image is no picture known here"),
        (b"\x89PNG\r\n\x1a\n", "image is no picture known here"),
        (png(64, 64), "image is damaged ("),
        *((cut(kind), "image is damaged (") for kind in ("JPEG", "PNG", "TIFF", "BMP", "GIF")),
        (cut("WEBP"), "image is"),
    ],
    ids=["empty", "text", "EPS", "head", "no pixels", "JPEG", "PNG", "TIFF", "BMP", "GIF", "WEBP"],
)
def test_what_is_no_whole_picture_is_refused_with_the_remedy(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(content)

    with pytest.raises(ValueError, match=re.escape(reason)):
        photos.read(path, SIZE)
