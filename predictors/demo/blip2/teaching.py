"""Teaching the demo BLIP-2 on a CPU, in minutes.

The photographs are taken once and looked at again and again. Beside the words of the answers,
three throwaway layers say what the model sees: so it learns to see before it learns to speak.
"""

import re
from collections.abc import Sequence
from random import Random
from typing import Any

import torch
from torch.nn.functional import cross_entropy
from tqdm import tqdm
from transformers import Blip2ForConditionalGeneration, Blip2Processor

from predictors.demo import shapes
from predictors.demo.blip2 import lessons, photographing
from predictors.demo.blip2.lessons import Lesson

STEPS = 1000
ROWS = 40
PHOTOGRAPHS, SIDES = 96, (64, 96)  # how many there are of each picture, and how large they are
WARM_UP = 20
SIGHT = 0.3  # what naming a feature weighs against speaking
IGNORED = -100  # the label that torch's cross entropy leaves out
ROWS_OF_THEIR_OWN = re.compile("embed|query_tokens")  # looked up, where matrices are multiplied
FEATURES: dict[str, Sequence[str]] = {
    "color": list(shapes.COLORS),
    "shape": shapes.SHAPES,
    "ground": list(shapes.GROUNDS),
}

Photographs = dict[shapes.Picture, torch.Tensor]
Row = tuple[list[int], list[int]]  # a prompt's tokens, its answer's tokens


def teach(model: Blip2ForConditionalGeneration, processor: Blip2Processor) -> None:
    """Teach the model its lessons; the same weights for the same torch and CPU type."""
    torch.set_num_threads(1)  # a second one costs more than it saves here
    chance = Random(0)
    photographs = _photographs(processor, chance)
    width = model.config.text_config.hidden_size
    naming = torch.nn.ModuleDict({n: torch.nn.Linear(width, len(v)) for n, v in FEATURES.items()})
    optimizers = _optimizers(model, naming)
    model.train()
    for step in (bar := tqdm(range(STEPS), desc="blip2", unit="step")):
        drawn = [lessons.draw(chance) for _ in range(ROWS)]
        pixels = torch.stack([chance.choice(photographs[lesson.picture]) for lesson in drawn])
        read = _read(model, processor, drawn, pixels)
        (read.loss + SIGHT * _blindness(model, naming, read, drawn)).backward()
        for optimizer, peak in optimizers:
            _advance(optimizer, peak * _pace(step))
        bar.set_postfix_str(f"{read.loss.item():.3f}", refresh=False)
    model.eval()


def _photographs(processor: Blip2Processor, chance: Random) -> Photographs:
    taken = {}
    for picture in tqdm(shapes.ALL, desc="photographs"):
        images = [
            photographing.take(picture, chance.choice(SIDES), chance) for _ in range(PHOTOGRAPHS)
        ]
        taken[picture] = processor.image_processor(images, return_tensors="pt")["pixel_values"]
    return taken


def _optimizers(
    model: Blip2ForConditionalGeneration, naming: torch.nn.Module
) -> list[tuple[torch.optim.Optimizer, float]]:
    """Muon for the matrices that layers are made of, AdamW for the rest; with their peak rates."""
    named = dict(model.named_parameters())
    is_matrix = {
        name: part.dim() > 1 and not ROWS_OF_THEIR_OWN.search(name) for name, part in named.items()
    }
    matrices = [part for name, part in named.items() if is_matrix[name]]
    rest = [part for name, part in named.items() if not is_matrix[name]]
    rest += naming.parameters()
    return [
        (torch.optim.Muon(matrices, weight_decay=0.0), 0.02),
        (torch.optim.AdamW(rest, betas=(0.9, 0.95), weight_decay=0.0), 4e-3),
    ]


def _pace(step: int) -> float:
    """The share of the peak learning rate: up, level, then down to nearly nothing."""
    return min(1.0, (step + 1) / WARM_UP, max(0.01, 2 * (1 - step / STEPS)))


def _advance(optimizer: torch.optim.Optimizer, rate: float) -> None:
    optimizer.param_groups[0]["lr"] = rate
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)


def _read(
    model: Blip2ForConditionalGeneration,
    processor: Blip2Processor,
    drawn: list[Lesson],
    pixels: torch.Tensor,
) -> Any:
    """What the model makes of a batch, and the loss of its words."""
    pad = processor.tokenizer.pad_token_id
    tokens, labels = _labelled([_row(processor, lesson) for lesson in drawn], pad)
    mask = (tokens != pad).long()
    return model(pixel_values=pixels, input_ids=tokens, attention_mask=mask, labels=labels)


def _blindness(
    model: Blip2ForConditionalGeneration,
    naming: torch.nn.ModuleDict,
    read: Any,
    drawn: list[Lesson],
) -> torch.Tensor:
    """The loss of naming each feature from what the language model is shown."""
    shown = model.language_projection(read.qformer_outputs.last_hidden_state).mean(1)
    losses = [
        cross_entropy(
            naming[feature](shown),
            torch.tensor([names.index(getattr(lesson.picture, feature)) for lesson in drawn]),
        )
        for feature, names in FEATURES.items()
    ]
    return torch.stack(losses).sum()


def _labelled(rows: list[Row], pad: int) -> tuple[torch.Tensor, torch.Tensor]:
    width = max(len(prompt) + len(answer) for prompt, answer in rows)
    tokens = torch.full((len(rows), width), pad)
    labels = torch.full((len(rows), width), IGNORED)
    for index, (prompt, answer) in enumerate(rows):
        end = len(prompt) + len(answer)
        tokens[index, :end] = torch.tensor(prompt + answer)
        labels[index, len(prompt) : end] = torch.tensor(answer)
    return tokens, labels


def _row(processor: Blip2Processor, lesson: Lesson) -> Row:
    words = processor.tokenizer
    image = words.convert_tokens_to_ids([processor.image_token.content])
    answer = f" {lesson.answer}" if lesson.prompt else lesson.answer
    answered = words.encode(answer, add_special_tokens=False)
    return (
        image * processor.num_query_tokens + words.encode(lesson.prompt),
        [*answered, words.eos_token_id],
    )
