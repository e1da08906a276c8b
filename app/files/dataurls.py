"""Files that are written into their URL, `data:image/png;base64,…`."""

import base64
import binascii
import mimetypes
from dataclasses import dataclass
from typing import Self
from urllib.parse import unquote_to_bytes

SCHEME = "data:"
# What people send, and Python does not know or knows by an odder name.
SUFFIXES = {
    "audio/flac": ".flac",
    "audio/m4a": ".m4a",
    "audio/mp3": ".mp3",
    "audio/mp4": ".m4a",
    "audio/ogg": ".ogg",
    "audio/wav": ".wav",
    "audio/wave": ".wav",
    "audio/webm": ".webm",
    "audio/x-m4a": ".m4a",
    "image/jpg": ".jpg",
    "image/webp": ".webp",
}


class Malformed(ValueError):
    """A data URL that holds no file; the text says what is wrong."""


@dataclass(frozen=True)
class DataUrl:
    """A file's kind and its content, as it was written."""

    media_type: str
    is_base64: bool
    text: str

    @classmethod
    def parse(cls, url: str) -> Self:
        """Read `data:[<media type>][;<parameter>]…[;base64],<content>`."""
        head, comma, text = url[len(SCHEME) :].partition(",")
        if not comma:
            raise Malformed("A data URL must have a comma before its content.")
        media_type, *parameters = (part.strip().lower() for part in head.split(";"))
        return cls(media_type or "text/plain", "base64" in parameters[-1:], text)

    @property
    def suffix(self) -> str:
        """The ending of a file's name; empty for a kind that has none."""
        return suffix(self.media_type)

    def content(self) -> bytes:
        """The file itself."""
        content = unquote_to_bytes(self.text)
        if not self.is_base64:
            return content
        try:
            return base64.b64decode(b"".join(content.split()), validate=True)
        except binascii.Error as error:
            raise Malformed(f"The data URL's base64 is not valid ({error}).") from error


def suffix(media_type: str) -> str:
    """The ending that files of a kind have; empty for a kind that has none."""
    return SUFFIXES.get(media_type) or mimetypes.guess_extension(media_type) or ""
