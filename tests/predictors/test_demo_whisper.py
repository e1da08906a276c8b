"""The maker of the demo Whisper, and the taught weights that ship with the project."""

from pathlib import Path
from random import Random
from typing import Any

import pytest
import torch

from tests.predictors.whispering import SHIPPED, modules

__all__ = ["modules"]
FILE = "demo.pt"
LEAST = {
    "short": 0.9,
    "short, times": 0.8,
    "medium": 0.7,
    "medium, times": 0.6,
    "long": 0.6,
    "long, times": 0.3,
    "no tones": 0.9,
}


@pytest.fixture
def demo(whispering: Any) -> Any:
    torch.set_num_threads(1)
    return whispering("predictors.demo.whisper")


def test_the_shipped_weights_are_small_and_load_without_running_code() -> None:
    checkpoint = torch.load(SHIPPED / FILE, weights_only=True)

    assert [path.name for path in SHIPPED.iterdir()] == [FILE]
    assert (SHIPPED / FILE).stat().st_size < 1_000_000
    assert {weight.dtype for weight in checkpoint["model_state_dict"].values()} == {torch.float16}


def test_the_shipped_model_writes_down_what_it_was_not_taught(demo: Any) -> None:
    grades = demo.grade(SHIPPED, questions=10)

    assert {name: share for name, share in grades.items() if share < LEAST[name]} == {}


def test_a_random_model_is_the_same_every_time_and_not_empty(demo: Any, tmp_path: Path) -> None:
    for name in ("one", "two"):
        demo.make(tmp_path / name)
    one, two = (torch.load(tmp_path / name / FILE)["model_state_dict"] for name in ("one", "two"))

    assert all(weight.isfinite().all() for weight in one.values())
    assert all(torch.equal(weight, two[name]) for name, weight in one.items())


@pytest.mark.parametrize(
    ("tones", "text"),
    [
        ([], "<|0.00|>"),
        ([("low", 0.3, 2.1)], "<|0.50|> low tone.<|2.00|>"),
        ([("high", 1.4, 40.0)], "<|1.00|> high tone.<|30.00|>"),
        ([("low", 0, 9), ("middle", 12, 31)], "<|0.00|> low tone.<|9.00|><|12.00|>"),
    ],
    ids=["none", "rounded", "too late, too long", "cut off"],
)
def test_a_lesson_is_written_as_whisper_writes(
    demo: Any, tones: list[tuple[str, float, float]], text: str
) -> None:
    heard = tuple(demo.tones.Tone(*tone) for tone in tones)

    tokens = demo.lessons.transcript(heard, 0.0)

    assert demo.vocabulary.TOKENIZER.decode_with_timestamps(tokens) == text


def test_only_prompts_have_tokens_that_are_not_used(demo: Any) -> None:
    chance = Random(0)
    taught = [demo.lessons.part(chance) for _ in range(20)] + [demo.lessons.whole(chance)]

    tokens = {token for each in taught for token in each.start + each.transcript}

    assert tokens <= demo.vocabulary.INDEX.keys()
