"""From texts to vectors: the mean of what the model makes of each token, padding left out."""

import gc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import torch

MOST_TOKENS = 8192  # of one pass, padding among them
ENDLESS = 1 << 30  # the context of models that know no last position


@dataclass(frozen=True)
class Text:
    """One text as the model reads it."""

    tokens: list[int]
    is_cut: bool


class Pool:
    """A loaded model with its tokenizer."""

    def __init__(self, model: Any, tokenizer: Any) -> None:
        self._model = model
        self._tokenizer = tokenizer
        positions = getattr(model.config, "max_position_embeddings", ENDLESS)
        self.context = min(positions, tokenizer.model_max_length)

    def read(self, texts: list[str]) -> list[Text]:
        """The texts' tokens; those of long ones end with the context."""
        read = self._tokenizer(texts, truncation=True, max_length=self.context)
        return [Text(each.ids, is_cut=bool(each.overflowing)) for each in read.encodings]

    def vectors(self, texts: list[Text], *, normalize: bool) -> list[list[float]]:
        """One vector for each text, in their order; normalized ones have the length 1."""
        rows: dict[int, torch.Tensor] = {}
        for places in _passes(texts):
            means = _within_memory(self._means, [texts[place] for place in places])
            rows.update(zip(places, means, strict=True))
        vectors = torch.stack([rows[place] for place in range(len(texts))])
        shaped = torch.nn.functional.normalize(vectors, dim=-1) if normalize else vectors
        numbers: list[list[float]] = shaped.tolist()
        return numbers

    @torch.inference_mode()
    def _means(self, texts: list[Text]) -> torch.Tensor:
        tokens = [text.tokens for text in texts]
        read = self._tokenizer.pad({"input_ids": tokens}, return_tensors="pt")
        read = read.to(self._model.device)
        hidden = self._model(**read).last_hidden_state.float()
        mask = read["attention_mask"].unsqueeze(-1)
        return ((hidden * mask).sum(1) / mask.sum(1)).cpu()


def _passes(texts: list[Text]) -> Iterator[list[int]]:
    """The places of texts that are read together: of like length, so that little is padding."""
    together: list[int] = []
    for place in sorted(range(len(texts)), key=lambda place: len(texts[place].tokens)):
        if together and len(texts[place].tokens) * (len(together) + 1) > MOST_TOKENS:
            yield together
            together = []
        together.append(place)
    yield together


def _within_memory(work: Callable[[list[Text]], torch.Tensor], texts: list[Text]) -> torch.Tensor:
    """Do the work; where a GPU's memory is too small for it, free what it took and say so."""
    try:
        return work(texts)
    except torch.OutOfMemoryError:
        pass  # with the exception go the frames that hold tensors
    gc.collect()
    torch.cuda.empty_cache()
    raise MemoryError("The GPU has too little memory left for these texts; send fewer at once.")
