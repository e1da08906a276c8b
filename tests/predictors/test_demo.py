"""The maker of demo models, and the taught weights that ship with the project."""

from itertools import islice
from pathlib import Path
from random import Random

import pytest

from predictors.demo import llama
from predictors.demo.llama import lessons

SHIPPED = Path(__file__).parents[2] / "predictors" / "llama" / "weights-demo"
FILES = {
    "chat_template.jinja",
    "config.json",
    "generation_config.json",
    "model.safetensors",
    "tokenizer.json",
    "tokenizer_config.json",
}


def test_the_shipped_weights_are_small_and_hold_no_pickle() -> None:
    sizes = {path.name: path.stat().st_size for path in SHIPPED.iterdir()}

    assert set(sizes) == FILES
    assert sum(sizes.values()) < 2_000_000


def test_a_random_model_has_the_files_of_the_taught_one(random_llama: Path) -> None:
    assert {path.name for path in random_llama.iterdir()} == FILES
    assert (random_llama / "tokenizer.json").read_bytes() == (
        SHIPPED / "tokenizer.json"
    ).read_bytes()


def test_the_shipped_model_answers_what_it_was_never_asked() -> None:
    grades = llama.grade(SHIPPED, questions=20)

    assert {name: share for name, share in grades.items() if share < 0.9} == {}


@pytest.mark.parametrize("kind", ["faq", "sum", "unknown"])
def test_no_question_of_an_exam_is_taught(kind: str) -> None:
    taught = {lesson.question for lesson in islice(lessons.taught(Random(2), kind), 2000)}
    asked = {lesson.question for lesson in islice(lessons.exam(Random(3), kind), 200)}

    assert not taught & asked


def test_every_question_as_it_is_written_has_one_answer() -> None:
    assert len(lessons.WRITTEN) == len(set(lessons.WRITTEN))
