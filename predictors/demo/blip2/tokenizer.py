"""The demo BLIP-2's tokenizer: a small byte-level vocabulary in GPT-2's form, as OPT has."""

import json

from tokenizers import ByteLevelBPETokenizer
from transformers import GPT2Tokenizer

from predictors.demo.blip2 import lessons

VOCABULARY = 448
IMAGE = "<image>"


def make() -> GPT2Tokenizer:
    """The same tokenizer every time."""
    bytes_to_words = ByteLevelBPETokenizer()
    bytes_to_words.train_from_iterator(
        lessons.texts(),
        vocab_size=VOCABULARY,
        show_progress=False,
        special_tokens=["<pad>", "</s>"],
    )
    learned = json.loads(bytes_to_words.to_str())["model"]
    tokenizer = GPT2Tokenizer(
        vocab=learned["vocab"],
        merges=[tuple(merge) for merge in learned["merges"]],
        unk_token="</s>",
        bos_token="</s>",
        eos_token="</s>",
        pad_token="<pad>",
        add_bos_token=True,
        padding_side="left",
    )
    tokenizer.add_special_tokens({"additional_special_tokens": [IMAGE]})
    return tokenizer
