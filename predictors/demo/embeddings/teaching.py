"""Teaching the demo encoder on a CPU, in a minute.

Two wordings of one question are to be nearer to each other than to any other of the batch.
"""

from random import Random

import torch
from torch.nn.functional import cross_entropy, normalize
from tqdm import tqdm
from transformers import BertModel, BertTokenizer

from predictors.demo.embeddings import lessons

STEPS = 400
RATE = 2e-3
WARM_UP = 20
SHARPNESS = 20.0  # what a similarity is multiplied with before it competes


def teach(model: BertModel, words: BertTokenizer) -> None:
    """Teach the model which questions mean the same; repeatable with the same torch and CPU."""
    torch.set_num_threads(1)  # a second one costs more than it saves here
    chance = Random(0)
    optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=0.01)
    model.train()
    for step in (bar := tqdm(range(STEPS), desc="embeddings", unit="step")):
        loss = _confusion(model, words, lessons.pairs(chance))
        loss.backward()
        optimizer.param_groups[0]["lr"] = RATE * _pace(step)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        bar.set_postfix_str(f"{loss.item():.3f}", refresh=False)
    model.eval()


def vectors(model: BertModel, words: BertTokenizer, texts: list[str]) -> torch.Tensor:
    """One normalized vector for each text, as the predictor makes them."""
    read = words(texts, padding=True, truncation=True, return_tensors="pt")
    mask = read["attention_mask"].unsqueeze(-1)
    hidden = model(**read).last_hidden_state * mask
    return normalize(hidden.sum(1) / mask.sum(1), dim=-1)


def _pace(step: int) -> float:
    """The share of the peak learning rate: up, then down to nearly nothing."""
    return min((step + 1) / WARM_UP, max(0.01, 1 - step / STEPS))


def _confusion(
    model: BertModel, words: BertTokenizer, pairs: list[tuple[str, str]]
) -> torch.Tensor:
    """The loss of finding each text's other half among those of all."""
    texts = [text for half in zip(*pairs, strict=True) for text in half]
    first, second = vectors(model, words, texts).chunk(2)
    alike = SHARPNESS * first @ second.T
    right = torch.arange(len(pairs))
    return (cross_entropy(alike, right) + cross_entropy(alike.T, right)) / 2
