"""Grading the demo Llama: which share of its answers is right to the letter."""

from itertools import islice
from pathlib import Path
from random import Random

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from predictors.demo.llama import lessons
from predictors.demo.llama.tokenizer import chat

TEMPERATURES = (0.0, 0.6, 0.7)
LONGEST_ANSWER = 96


def grade(folder: Path, *, questions: int = 100) -> dict[str, float]:
    """The share of right answers to untaught questions, by kind and temperature."""
    torch.manual_seed(0)
    torch.set_num_threads(1)  # a second one costs more than it saves here
    model = AutoModelForCausalLM.from_pretrained(folder, use_safetensors=True).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    exams = {kind: list(islice(lessons.exam(Random(1), kind), questions)) for kind in lessons.KINDS}
    return {
        f"{kind} at {temperature}": _share_right(model, tokenizer, exam, temperature)
        for kind, exam in exams.items()
        for temperature in TEMPERATURES
    }


def _share_right(
    model: AutoModelForCausalLM,
    tokenizer: AutoTokenizer,
    exam: list[lessons.Lesson],
    temperature: float,
) -> float:
    chats = [chat(tokenizer, lesson.question, lessons.SYSTEM_PROMPT) for lesson in exam]
    prompts = tokenizer(chats, return_tensors="pt", padding=True, add_special_tokens=False)
    sampling = {"temperature": temperature, "top_p": 0.9} if temperature else {}
    written = model.generate(
        **prompts, do_sample=temperature > 0, max_new_tokens=LONGEST_ANSWER, **sampling
    )
    tokens = written[:, prompts["input_ids"].shape[1] :]
    answers = tokenizer.batch_decode(tokens, skip_special_tokens=True)
    return sum(map(str.__eq__, answers, (lesson.answer for lesson in exam))) / len(exam)
