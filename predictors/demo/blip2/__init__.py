"""The demo BLIP-2: a third of a million weights that name colours, shapes and grounds."""

from pathlib import Path

import torch
from transformers import (
    Blip2Config,
    Blip2ForConditionalGeneration,
    Blip2Processor,
    Blip2QFormerConfig,
    Blip2VisionConfig,
    GPT2Tokenizer,
    OPTConfig,
)
from transformers.models.blip.image_processing_pil_blip import BlipImageProcessorPil

from predictors.demo.blip2 import teaching, tokenizer
from predictors.demo.blip2.grading import grade

__all__ = ["grade", "make"]

SIDE, PATCH = 32, 8
QUERIES = 8
CONTEXT = 512
WIDTH = 64
SPREAD = 0.05  # of the first weights; the vision model's own default, 1e-10, learns nothing
ENCODER = {
    "hidden_size": WIDTH,
    "intermediate_size": 2 * WIDTH,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "initializer_range": SPREAD,
}


def make(folder: Path, *, taught: bool = False) -> None:
    """Write a model that transformers loads; without teaching its weights are random."""
    torch.manual_seed(0)
    words = tokenizer.make()
    model = Blip2ForConditionalGeneration(_config(words)).eval()
    with torch.no_grad():
        model.query_tokens.normal_(std=0.5)  # zeros by default: each would see the same
    pictures = BlipImageProcessorPil(size={"height": SIDE, "width": SIDE})
    processor = Blip2Processor(pictures, words, num_query_tokens=QUERIES)
    if taught:
        teaching.teach(model, processor)
    model.half().save_pretrained(folder)
    processor.save_pretrained(folder)


def _config(words: GPT2Tokenizer) -> Blip2Config:
    image = words.convert_tokens_to_ids(tokenizer.IMAGE)
    return Blip2Config(
        vision_config=Blip2VisionConfig(image_size=SIDE, patch_size=PATCH, **ENCODER).to_dict(),
        qformer_config=_qformer().to_dict(),
        text_config=_text(words).to_dict(),
        num_query_tokens=QUERIES,
        image_token_index=image,
        image_token_id=image,
    )


def _qformer() -> Blip2QFormerConfig:
    return Blip2QFormerConfig(
        vocab_size=32,
        max_position_embeddings=32,
        encoder_hidden_size=WIDTH,
        cross_attention_frequency=1,
        **ENCODER,
    )


def _text(words: GPT2Tokenizer) -> OPTConfig:
    return OPTConfig(
        vocab_size=len(words),
        hidden_size=WIDTH,
        ffn_dim=2 * WIDTH,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=CONTEXT,
        word_embed_proj_dim=WIDTH,
        init_std=SPREAD,
        bos_token_id=words.bos_token_id,
        eos_token_id=words.eos_token_id,
        pad_token_id=words.pad_token_id,
    )
