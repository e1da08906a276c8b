"""Grading the demo BLIP-2: which share of its answers is right to the letter."""

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import torch
from PIL import Image
from transformers import AutoTokenizer, Blip2ForConditionalGeneration, Blip2Processor
from transformers.models.blip.image_processing_pil_blip import BlipImageProcessorPil

from predictors.demo import shapes
from predictors.demo.blip2 import lessons, photographing
from predictors.demo.blip2.lessons import Lesson

LONGEST_ANSWER = 24
SIDES = (96, 256, 1024)  # as people send them
KINDS = {"captions": lessons.caption, "questions": lessons.question}

Show = Callable[[shapes.Picture, Random], Image.Image]


def grade(folder: Path, *, questions: int = 200) -> dict[str, float]:
    """The share of right answers, on pictures as they were drawn and on flawed ones."""
    torch.set_num_threads(1)  # a second one costs more than it saves here
    model = Blip2ForConditionalGeneration.from_pretrained(
        folder, dtype=torch.float32, use_safetensors=True
    ).eval()
    images = BlipImageProcessorPil.from_pretrained(folder)
    words = AutoTokenizer.from_pretrained(folder)
    processor = Blip2Processor(images, words, num_query_tokens=model.config.num_query_tokens)
    return {
        f"{kind}, {form}": _share_right(model, processor, _exam(draw, show, questions))
        for kind, draw in KINDS.items()
        for form, show in {"drawn": _drawn, "flawed": _flawed}.items()
    }


def _drawn(picture: shapes.Picture, chance: Random) -> Image.Image:
    return shapes.draw(picture, chance.choice(SIDES), chance=chance)


def _flawed(picture: shapes.Picture, chance: Random) -> Image.Image:
    return photographing.take(picture, chance.choice(SIDES[:2]), chance)


def _exam(
    draw: Callable[[Random], Lesson], show: Show, questions: int
) -> list[tuple[Image.Image, Lesson]]:
    chance = Random(1)
    drawn = [draw(chance) for _ in range(questions)]
    return [(show(lesson.picture, chance), lesson) for lesson in drawn]


def _share_right(model: Any, processor: Any, exam: list[tuple[Image.Image, Lesson]]) -> float:
    read = processor(
        images=[image for image, _ in exam],
        text=[lesson.prompt for _, lesson in exam],
        return_tensors="pt",
        padding=True,
        padding_side="left",
    )
    with torch.inference_mode():
        written = model.generate(**read, max_new_tokens=LONGEST_ANSWER, do_sample=False)
    tokens = written[:, read["input_ids"].shape[1] :]
    answers = processor.batch_decode(tokens, skip_special_tokens=True)
    right = [lesson.answer for _, lesson in exam]
    return sum(map(str.__eq__, map(str.strip, answers), right)) / len(right)
