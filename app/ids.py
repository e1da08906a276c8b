"""Names that nobody can guess."""

import secrets

ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"
PREDICTION_ID_LENGTH = 26


def random_text(length: int) -> str:
    """Random lower-case letters and digits, about 5.17 bits each."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def new_prediction_id() -> str:
    """An id for a prediction, in the form the Replicate clients know."""
    return random_text(PREDICTION_ID_LENGTH)
