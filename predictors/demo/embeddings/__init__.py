"""The demo sentence encoder: a tiny BERT that knows which questions on Hearth mean the same."""

from pathlib import Path

import torch
from transformers import BertConfig, BertModel, BertTokenizer

from predictors.demo.embeddings import teaching, vocabulary
from predictors.demo.embeddings.grading import grade

__all__ = ["grade", "make"]

CONTEXT = 128
WIDTH = 64


def make(folder: Path, *, taught: bool = False) -> None:
    """Write a model that transformers loads; without teaching its weights are random."""
    torch.manual_seed(0)
    words = BertTokenizer(vocab=vocabulary.make(), model_max_length=CONTEXT)
    words.save_pretrained(folder)  # before it is used: it remembers how it last padded
    model = BertModel(_config(words), add_pooling_layer=False).eval()
    if taught:
        teaching.teach(model, words)
    model.half().save_pretrained(folder)


def _config(words: BertTokenizer) -> BertConfig:
    return BertConfig(
        vocab_size=len(words),
        hidden_size=WIDTH,
        intermediate_size=2 * WIDTH,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=CONTEXT,
        pad_token_id=words.pad_token_id,
    )
