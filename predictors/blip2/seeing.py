"""The loaded model at work: looks at several pictures in one pass, and says what was asked of each.

Pictures of a batch are decoded one after another, each scaled down before the next is opened.
"""

import gc
from collections.abc import Callable
from typing import Any

import torch
from transformers import LogitsProcessor, LogitsProcessorList, TopPLogitsWarper

import photos
from asking import Answer, Look

BEAMS = 5
TOP_P = 0.9
LONGEST_ANSWER = 30  # tokens, as in the model's original code; weights may say otherwise
ENDLESS = 1 << 30  # the context of models that know no last position


class Eye:
    """A loaded model with its processor."""

    def __init__(self, model: Any, processor: Any) -> None:
        self._model = model
        self._processor = processor
        self._longest = model.generation_config.max_new_tokens or LONGEST_ANSWER
        text = model.config.text_config
        self._context = getattr(text, "max_position_embeddings", ENDLESS) - self._longest
        self._continues = not text.is_encoder_decoder  # its prompt, else it writes apart from it
        self._silent = {*processor.tokenizer.all_special_ids, *_ends(model)}

    def answer(self, looks: list[Look]) -> list[Answer]:
        """One answer for each look; either all of them are drawn by chance or none."""
        read = self._read(looks)
        written = _within_memory(lambda: self._write(read, looks))
        return [
            self._answer(tokens, int(mask.sum()))
            for tokens, mask in zip(written, read["attention_mask"], strict=True)
        ]

    def _read(self, looks: list[Look]) -> Any:
        size = self._processor.image_processor.size
        shape = (size["width"], size["height"])
        read = self._processor(
            images=[photos.read(look.image, shape) for look in looks],
            text=[look.prompt for look in looks],
            return_tensors="pt",
            padding=True,
            # At the right, where the text goes on, padding would be read as words; an encoder goes
            # by how far words are apart, and the left is between the picture and the question.
            padding_side="left" if self._continues else "right",
        )
        if read["input_ids"].shape[1] > self._context:
            raise ValueError(
                f"question and context are longer than the {self._context} tokens that this model "
                "reads, its view of the picture among them; shorten them."
            )
        return read.to(self._model.device, self._model.dtype)

    @torch.inference_mode()
    def _write(self, read: Any, looks: list[Look]) -> torch.Tensor:
        written = self._model.generate(**read, max_new_tokens=self._longest, **_choice(looks))
        return written[:, read["input_ids"].shape[1] if self._continues else 0 :].cpu()

    def _answer(self, tokens: torch.Tensor, input_tokens: int) -> Answer:
        words = [token for token in tokens.tolist() if token not in self._silent]
        text = self._processor.tokenizer.decode(words).strip()
        return Answer(text, input_tokens, output_tokens=len(words))


class Draw(LogitsProcessor):
    """Draws each row's next token with a generator of its own.

    The largest of the scores with Gumbel noise added is an exact sample: a row's words depend on
    its own seed alone, whoever shares the batch.
    """

    def __init__(self, looks: list[Look]) -> None:
        self._generators = [torch.Generator().manual_seed(look.seed or 0) for look in looks]
        self._temperatures = torch.tensor([[look.temperature] for look in looks])
        self._top_p = TopPLogitsWarper(TOP_P)

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """The scores of which the greedy choice is the one drawn."""
        kept = self._top_p(input_ids, scores.float().cpu() / self._temperatures)
        noise = [torch.empty(kept.shape[1]).exponential_(generator=g) for g in self._generators]
        return (kept - torch.stack(noise).log()).to(scores.device)


def _ends(model: Any) -> list[int]:
    """The tokens that end an answer; a configuration may name none, one or several."""
    named = model.language_model.generation_config.eos_token_id
    return [end for end in (named if isinstance(named, list) else [named]) if end is not None]


def _choice(looks: list[Look]) -> dict[str, Any]:
    """How the next token is chosen."""
    if looks[0].seed is None:
        return {"do_sample": False, "num_beams": BEAMS}
    return {"do_sample": False, "logits_processor": LogitsProcessorList([Draw(looks)])}


def _within_memory(work: Callable[[], torch.Tensor]) -> torch.Tensor:
    """Do the work; where a GPU's memory is too small for it, free what it took and say so."""
    try:
        return work()
    except torch.OutOfMemoryError:
        pass  # with the exception go the frames that hold tensors
    gc.collect()
    torch.cuda.empty_cache()
    raise MemoryError("The GPU has too little memory left for this prediction; try again later.")
