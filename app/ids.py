"""Names that nobody can guess."""

import secrets
from collections.abc import Iterator

ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"
PREDICTION_ID_LENGTH = 26
KEY_BYTES = 32


def random_text(length: int) -> str:
    """Random lower-case letters and digits, about 5.17 bits each."""
    number = secrets.randbelow(len(ALPHABET) ** length)
    return "".join(_digits(number, length))


def _digits(number: int, length: int) -> Iterator[str]:
    for _ in range(length):
        number, digit = divmod(number, len(ALPHABET))
        yield ALPHABET[digit]


def new_prediction_id() -> str:
    """An id for a prediction, in the form the Replicate clients know."""
    return random_text(PREDICTION_ID_LENGTH)


def new_file_id() -> str:
    """An id for a file, in the same form."""
    return random_text(PREDICTION_ID_LENGTH)


def new_key() -> str:
    """What opens something to everybody who has it: 43 characters that fit into a URL."""
    return secrets.token_urlsafe(KEY_BYTES)
