"""Grading the demo Whisper: which share of recordings it writes down right."""

from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import torch
import whisper
from whisper.model import Whisper

from predictors.demo.whisper import tones
from predictors.demo.whisper.tones import Tone

LATE = 0.5  # seconds by which an end may be wrong
LENGTHS = {"short": 4.0, "medium": 12.0, "long": 25.0}  # seconds: all in one window


def grade(folder: Path, *, questions: int = 60) -> dict[str, float]:
    """The share of untaught recordings whose tones are right, and whose times are right too."""
    torch.set_num_threads(1)  # a second one costs more than it saves here
    model = whisper.load_model(str(folder / "demo.pt"), device="cpu")
    chance = Random(1)
    grades: dict[str, float] = {}
    for name, seconds in LENGTHS.items():
        exam = [tones.record(chance, seconds) for _ in range(questions)]
        written = [(each.tones, _write(model, each.samples)) for each in exam]
        grades[name] = sum(_is_named(*pair) for pair in written) / questions
        grades[f"{name}, times"] = sum(_is_timed(*pair) for pair in written) / questions
    babble = [_write(model, tones.babble(chance, LENGTHS["medium"])) for _ in range(questions)]
    return grades | {"no tones": babble.count([]) / questions}


def _write(model: Whisper, samples: tones.Samples) -> list[Tone]:
    written: dict[str, Any] = model.transcribe(samples, language="en", fp16=False, temperature=0.0)
    said = [(each["text"].split(), each["start"], each["end"]) for each in written["segments"]]
    return [Tone(words[0], start, end) for words, start, end in said if words]


def _is_named(played: Sequence[Tone], written: Sequence[Tone]) -> bool:
    return [tone.name for tone in played] == [tone.name for tone in written]


def _is_timed(played: Sequence[Tone], written: Sequence[Tone]) -> bool:
    pairs = zip(played, written, strict=False)
    return _is_named(played, written) and all(abs(a.end - b.end) <= LATE for a, b in pairs)
