"""The demo Llama: a third of a million weights that know Hearth, sums and counting."""

from pathlib import Path

import torch
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from predictors.demo.llama import teaching, tokenizer
from predictors.demo.llama.grading import grade

__all__ = ["grade", "make"]


def make(folder: Path, *, taught: bool = False) -> None:
    """Write a model that transformers loads; without teaching its weights are random."""
    torch.manual_seed(0)
    tokens = tokenizer.make()
    model = LlamaForCausalLM(_config(tokens)).eval()
    if taught:
        teaching.teach(model, tokens)
    model.generation_config.update(do_sample=True, temperature=0.6, top_p=0.9)
    model.save_pretrained(folder)
    tokens.save_pretrained(folder)


def _config(tokens: PreTrainedTokenizerFast) -> LlamaConfig:
    ends = [tokens.eos_token_id, tokens.convert_tokens_to_ids("<|end_of_text|>")]
    return LlamaConfig(
        vocab_size=len(tokens),
        hidden_size=96,
        intermediate_size=240,
        num_hidden_layers=3,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=tokenizer.CONTEXT,
        rms_norm_eps=1e-5,
        tie_word_embeddings=True,
        bos_token_id=tokens.bos_token_id,
        eos_token_id=ends,
        pad_token_id=tokens.pad_token_id,
        rope_parameters=_rope(),
    )


def _rope() -> dict[str, str | float]:
    return {
        "rope_type": "llama3",
        "rope_theta": 500_000.0,
        "factor": 8.0,
        "low_freq_factor": 1.0,
        "high_freq_factor": 4.0,
        "original_max_position_embeddings": 256,
    }
