"""The maker of the demo sentence encoder, and the taught weights that ship with the project."""

from pathlib import Path
from random import Random

from predictors.demo import embeddings
from predictors.demo.embeddings import lessons

SHIPPED = Path(__file__).parents[2] / "predictors" / "embeddings" / "weights-demo"
FILES = {"config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"}


def test_the_shipped_weights_are_small_and_hold_no_pickle() -> None:
    sizes = {path.name: path.stat().st_size for path in SHIPPED.iterdir()}

    assert set(sizes) == FILES
    assert sum(sizes.values()) < 600_000


def test_a_random_model_has_the_files_of_the_taught_one(tmp_path: Path) -> None:
    embeddings.make(tmp_path)

    assert {path.name for path in tmp_path.iterdir()} == FILES
    for name in FILES - {"model.safetensors"}:
        assert (tmp_path / name).read_bytes() == (SHIPPED / name).read_bytes(), name


def test_a_question_is_nearest_to_one_that_means_the_same() -> None:
    grades = embeddings.grade(SHIPPED)

    assert {name: share for name, share in grades.items() if share < 0.95} == {}


def test_no_wording_of_the_exam_is_taught() -> None:
    chance = Random(2)
    taught = {text for _ in range(50) for pair in lessons.pairs(chance) for text in pair}
    asked = [text for entry in lessons.ENTRIES for one in entry for text in lessons.untaught(one)]

    assert not taught & set(asked)
    assert len(asked) > 300
