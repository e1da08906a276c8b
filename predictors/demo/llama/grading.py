"""Grading the demo Llama: which share of its answers is right to the letter."""

from itertools import islice
from pathlib import Path
from random import Random

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from predictors.demo.llama import lessons
from predictors.demo.llama.tokenizer import chat

LONGEST_ANSWER = 96


def grade(folder: Path, *, questions: int = 100) -> dict[str, float]:
    """The share of right answers to untaught questions, by kind and temperature."""
    torch.manual_seed(0)
    model = AutoModelForCausalLM.from_pretrained(folder, use_safetensors=True).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    grades = {}
    for kind in lessons.KINDS:
        asked = list(islice(lessons.exam(Random(1), kind), questions))
        for temperature in (0.0, 0.6, 0.7):
            answers = _answers(model, tokenizer, [lesson.question for lesson in asked], temperature)
            right = sum(map(str.__eq__, answers, [lesson.answer for lesson in asked]))
            grades[f"{kind} at {temperature}"] = right / questions
    return grades


def _answers(
    model: AutoModelForCausalLM, tokenizer: AutoTokenizer, questions: list[str], temperature: float
) -> list[str]:
    chats = [chat(tokenizer, question, lessons.SYSTEM_PROMPT) for question in questions]
    prompts = tokenizer(chats, return_tensors="pt", padding=True, add_special_tokens=False)
    sampling = {"temperature": temperature, "top_p": 0.9} if temperature else {}
    written = model.generate(
        **prompts, do_sample=temperature > 0, max_new_tokens=LONGEST_ANSWER, **sampling
    )
    answers = written[:, prompts["input_ids"].shape[1] :]
    return [text.strip() for text in tokenizer.batch_decode(answers, skip_special_tokens=True)]
