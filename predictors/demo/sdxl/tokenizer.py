"""The demo SDXL's tokenizer: CLIP's kind, learnt from the words of the lessons."""

import itertools

from tokenizers import pre_tokenizers
from transformers import CLIPTokenizer

from predictors.demo.sdxl import lessons

LENGTH = 77
MERGES = 250
END_OF_WORD = "</w>"

Pair = tuple[str, str]


def make() -> CLIPTokenizer:
    """The same tokenizer every time."""
    merges = learn(lessons.words(), MERGES)
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    names = [*alphabet, *(letter + END_OF_WORD for letter in alphabet), *map("".join, merges)]
    specials = ["<|startoftext|>", "<|endoftext|>"]
    vocabulary = {name: index for index, name in enumerate(dict.fromkeys(names + specials))}
    return CLIPTokenizer(vocab=vocabulary, merges=merges, model_max_length=LENGTH)


def learn(words: dict[str, int], count: int) -> list[Pair]:
    """The pairs to merge, commonest first and equals by spelling.

    The trainers of the tokenizers package give another order on every run where words have an
    end mark.
    """
    parts = {word: [*word[:-1], word[-1] + END_OF_WORD] for word in words}
    merges: list[Pair] = []
    while len(merges) < count and (pairs := _pairs(parts, words)):
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        merges.append(best)
        parts = {word: _merged(pieces, best) for word, pieces in parts.items()}
    return merges


def _pairs(parts: dict[str, list[str]], words: dict[str, int]) -> dict[Pair, int]:
    pairs: dict[Pair, int] = {}
    for word, pieces in parts.items():
        for pair in itertools.pairwise(pieces):
            pairs[pair] = pairs.get(pair, 0) + words[word]
    return pairs


def _merged(pieces: list[str], pair: Pair) -> list[str]:
    merged: list[str] = []
    for piece in pieces:
        if merged and (merged[-1], piece) == pair:
            merged[-1] += piece
        else:
            merged.append(piece)
    return merged
