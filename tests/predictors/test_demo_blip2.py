"""The maker of the demo BLIP-2, and the taught weights that ship with the project."""

from itertools import islice
from pathlib import Path
from random import Random

from predictors.demo import blip2, shapes
from predictors.demo.blip2 import lessons, photographing

SHIPPED = Path(__file__).parents[2] / "predictors" / "blip2" / "weights-demo"
FILES = {
    "config.json",
    "generation_config.json",
    "model.safetensors",
    "processor_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
}


def test_the_shipped_weights_are_small_and_hold_no_pickle() -> None:
    sizes = {path.name: path.stat().st_size for path in SHIPPED.iterdir()}

    assert set(sizes) == FILES
    assert sum(sizes.values()) < 1_200_000


def test_a_random_model_has_the_files_of_the_taught_one(tmp_path: Path) -> None:
    blip2.make(tmp_path)

    assert {path.name for path in tmp_path.iterdir()} == FILES
    for name in FILES - {"model.safetensors"}:
        assert (tmp_path / name).read_bytes() == (SHIPPED / name).read_bytes(), name


def test_the_shipped_model_knows_what_it_sees() -> None:
    grades = blip2.grade(SHIPPED, questions=40)

    assert {name: share for name, share in grades.items() if share < 0.9} == {}


def test_the_same_chance_takes_the_same_photograph() -> None:
    one, same, other = (photographing.take(shapes.ALL[0], 64, Random(n)) for n in (1, 1, 2))

    assert one == same != other


def test_every_question_names_what_is_in_the_picture() -> None:
    chance = Random(0)
    drawn = list(islice(iter(lambda: lessons.question(chance), None), 300))

    assert all(lesson.prompt.startswith("Question: ") for lesson in drawn)
    assert all(lesson.prompt.endswith(" Answer:") for lesson in drawn)
    assert not any("{" in lesson.prompt for lesson in drawn)
