"""The maker of the demo SDXL, and the taught weights that ship with the project."""

from itertools import islice
from pathlib import Path
from random import Random

import pytest
from PIL import Image, ImageFilter

from predictors.demo import sdxl, shapes
from predictors.demo.sdxl import lessons, looking, tokenizer

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

SHIPPED = Path(__file__).parents[2] / "predictors" / "sdxl" / "weights-demo"


@pytest.fixture(scope="module")
def random_sdxl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("random-sdxl")
    sdxl.make(folder)
    return folder


def files(folder: Path) -> dict[str, int]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.stat().st_size for path in found}


def test_the_shipped_weights_are_small_and_hold_no_pickle() -> None:
    sizes = files(SHIPPED)

    assert {Path(name).suffix for name in sizes} == {".json", ".safetensors"}
    assert sum(sizes.values()) < 3_000_000


def test_a_random_model_is_the_taught_one_in_all_but_what_was_learnt(random_sdxl: Path) -> None:
    same = [name for name in files(SHIPPED) if name.endswith(".json") or name.startswith("vae/")]

    assert files(random_sdxl) == files(SHIPPED)
    for name in same:
        assert (random_sdxl / name).read_bytes() == (SHIPPED / name).read_bytes(), name


def test_the_shipped_model_paints_what_is_asked_for() -> None:
    grades = sdxl.grade(SHIPPED, questions=12)

    assert grades["color"] >= 0.9
    assert grades["ground"] >= 0.9
    assert grades["shape"] >= 0.6


def test_every_word_that_is_taught_is_one_token() -> None:
    tokens = tokenizer.make()

    for picture in shapes.ALL:
        assert len(tokens.tokenize(picture.caption)) == len(picture.caption.split())


def test_a_prompt_asks_for_its_picture_and_an_unrelated_one_for_none() -> None:
    chance = Random(1)
    picture = shapes.Picture("green", "square", "gray")
    prompts = " ".join(lessons.prompt(picture, chance) for _ in range(200))
    unrelated = " ".join(lessons.unrelated(chance) for _ in range(200))

    assert {"green", "square", "gray"} <= set(prompts.replace(",", "").split())
    assert not set(unrelated.replace(",", "").split()) & {*shapes.COLORS, *shapes.SHAPES}


@pytest.mark.parametrize("side", [64, 128, 512])
@pytest.mark.parametrize("blur", [0, 1 / 32])
def test_looking_sees_what_was_drawn(side: int, blur: float) -> None:
    chance = Random(2)
    for picture in islice(shapes.ALL, 0, None, 5):
        drawn = shapes.draw(picture, side, chance=chance)

        seen = looking.see(drawn.filter(ImageFilter.GaussianBlur(side * blur)))

        assert seen == picture


def test_looking_sees_no_shape_where_there_is_none() -> None:
    assert looking.see(Image.new("RGB", (64, 64), "white")).shape == "none"
