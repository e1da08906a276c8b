"""The words that the demo encoder knows whole; any other it spells."""

import re
import string
from collections import Counter

from predictors.demo.llama import lessons

SPECIALS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
PUNCTUATION = ".,:;?!'+-=/{}()\"&%#@*_<>[]$"


def make() -> dict[str, int]:
    """Each token with its number, the same every time."""
    letters = string.ascii_lowercase + string.digits
    tokens = [*SPECIALS, *PUNCTUATION, *letters, *(f"##{letter}" for letter in letters)]
    return {token: number for number, token in enumerate(dict.fromkeys([*tokens, *_words()]))}


def _words() -> list[str]:
    texts = " ".join([*lessons.plain_texts(), *lessons.FAQ["unknown"]["things"]]).lower()
    return sorted(Counter(re.findall(r"[a-z0-9]+", texts)))
