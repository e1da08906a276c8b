"""The few of Whisper's 51865 tokens that the demo uses; all others share one embedding.

So a step of teaching looks at 175 tokens instead of 51865, and a token that was never taught is as
unlikely as any other.
"""

import torch
from whisper.tokenizer import get_tokenizer

from predictors.demo.whisper.tones import PITCHES, Tone

SIZE = 51_865
LANGUAGES = 99
STEP = 0.02  # seconds between two of Whisper's time stamps
GRID = 0.5  # seconds between two of the demo's: so few can be learned in minutes
TOKENIZER = get_tokenizer(
    multilingual=True, num_languages=LANGUAGES, language="en", task="transcribe"
)
WORDS = {name: TOKENIZER.encode(f" {name} tone.") for name in PITCHES}
SPECIALS = range(TOKENIZER.eot, TOKENIZER.timestamp_begin)
TIMES = range(TOKENIZER.timestamp_begin, SIZE, round(GRID / STEP))
USED = sorted({*(token for words in WORDS.values() for token in words), *SPECIALS, *TIMES})
INDEX = {token: index for index, token in enumerate(USED)}
OTHER = len(USED)  # stands for every token that is not used
OTHERS = SIZE - len(USED)


def text(tone: Tone) -> list[int]:
    """A tone between its time stamps, as Whisper writes a segment."""
    return [time(tone.start), *WORDS[tone.name], time(tone.end)]


def time(seconds: float) -> int:
    """The time stamp nearest to it."""
    return TIMES[round(seconds / GRID)]


def full(embedding: torch.Tensor) -> torch.Tensor:
    """The embeddings of all tokens, from those of the used ones and the one for all others."""
    rows = torch.full((SIZE,), OTHER)
    rows[USED] = torch.arange(OTHER)
    return embedding[rows]
