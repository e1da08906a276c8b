"""The BLIP-2 folder in its own process, with the weights of the demo."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from predictors import schema
from predictors.child import Child, PredictionCanceled, PredictionFailed, SetupFailed
from predictors.demo import shapes
from tests.predictors import loaded
from tests.predictors.loaded import Run

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "predictors" / "blip2"
PHOTO = ROOT / "examples" / "article" / "photo.jpg"
CAPTION = "a green square on a white background"
INPUTS = [  # as on the public model's page: type, default, least, most
    ("image", "string", None, None, None),
    ("caption", "boolean", False, None, None),
    ("question", "string", "What is this a picture of?", None, None),
    ("context", "string", None, None, None),
    ("use_nucleus_sampling", "boolean", False, None, None),
    ("temperature", "number", 1, 0.5, 1),
]


@pytest.fixture(scope="module")
def child() -> Iterator[Child]:
    child = loaded.child("blip2")
    child.start(timeout=60)
    yield child
    child.stop()


@pytest.fixture
def endless(tmp_path: Path) -> Iterator[Child]:
    """The demo without a token that ends its answers, so that they get long."""
    weights = tmp_path / "endless"
    shutil.copytree(FOLDER / "weights-demo", weights)
    config = json.loads((weights / "config.json").read_text())
    config["text_config"]["eos_token_id"] = None
    (weights / "config.json").write_text(json.dumps(config))
    (weights / "generation_config.json").write_text(json.dumps({"max_new_tokens": 400}))
    child = loaded.child("blip2", weights)
    child.start(timeout=60)
    yield child
    child.stop()


def run(child: Child, image: Path = PHOTO, **inputs: Any) -> Run:
    return loaded.run(child, image=image, **inputs)


def test_the_inputs_and_the_output_are_those_of_the_public_model() -> None:
    schemas = schema.of_folder(FOLDER)["components"]["schemas"]

    assert loaded.facts(schemas) == INPUTS
    assert schemas["Input"]["required"] == ["image"]
    assert schemas["Output"] == {"title": "Output", "type": "string"}


@pytest.mark.parametrize(
    ("inputs", "text"),
    [
        ({"caption": True}, CAPTION),
        ({}, CAPTION),
        ({"question": " "}, CAPTION),
        ({"question": "What color is it?", "caption": True}, CAPTION),
        ({"question": "What color is it?"}, "green"),
        ({"question": "What objects are in this image?"}, "a green square"),
        (
            {
                "question": "What shape is it?",
                "context": "Question: What color is it? Answer: green",
            },
            "square",
        ),
    ],
    ids=["caption", "default", "blank", "caption first", "question", "article", "context"],
)
def test_the_demo_model_says_what_was_asked(
    child: Child, inputs: dict[str, Any], text: str
) -> None:
    assert run(child, **inputs).output == text


@pytest.mark.parametrize("side", [64, 96, 256, 1024])
@pytest.mark.parametrize("kind", ["png", "jpg"])
def test_pictures_of_any_size_are_recognized(
    child: Child, tmp_path: Path, side: int, kind: str
) -> None:
    picture = shapes.Picture("purple", "triangle", "gray")
    shapes.draw(picture, side, chance=Random(1)).save(tmp_path / f"photo.{kind}")

    assert run(child, tmp_path / f"photo.{kind}", caption=True).output == picture.caption


def test_setup_says_what_was_loaded_how_and_in_what_time(child: Child) -> None:
    assert "Loaded weights-demo on cpu as torch.float32 in " in child.setup_logs


def test_setup_without_weights_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SetupFailed, match="Set COG_WEIGHTS to a folder"):
        loaded.child("blip2", tmp_path).start(timeout=60)


def test_tokens_are_metrics(child: Child) -> None:
    bare = run(child, question="What color is it?").metrics
    told = run(
        child, question="What color is it?", context="Question: Is it? Answer: it is"
    ).metrics

    assert bare["output_token_count"] == told["output_token_count"] == 1
    assert 8 < bare["input_token_count"] < told["input_token_count"]


def test_a_seed_is_told_only_where_words_are_drawn_by_chance(child: Child) -> None:
    drawn = run(child, use_nucleus_sampling=True, temperature=0.5)

    assert re.fullmatch(r"Using seed: \d+\n", drawn.logs)
    assert drawn.output == CAPTION
    assert run(child, temperature=0.5).logs == ""


@pytest.mark.parametrize("field", ["question", "context"])
def test_more_words_than_the_model_reads_are_refused(child: Child, field: str) -> None:
    with pytest.raises(PredictionFailed, match="question and context are longer than the 482 tok"):
        run(child, **{field: "what is it " * 200})


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "image is an empty file"),
        (b"This is a text.", "image is no picture known here"),
        (PHOTO.read_bytes()[:1500], "image is damaged"),
    ],
    ids=["empty", "text", "cut off"],
)
def test_a_file_that_is_no_picture_fails_one_prediction_alone(
    child: Child, tmp_path: Path, content: bytes, reason: str
) -> None:
    (tmp_path / "photo.jpg").write_bytes(content)
    pid = child.pid

    with pytest.raises(PredictionFailed, match=reason):
        run(child, tmp_path / "photo.jpg")

    assert run(child).output == CAPTION
    assert child.pid == pid


def test_a_canceled_answer_stops_at_once_and_the_loaded_model_gives_the_next(
    endless: Child,
) -> None:
    pid, canceled = endless.pid, Run()
    whole = run(endless, use_nucleus_sampling=True)

    with pytest.raises(PredictionCanceled):
        loaded.cancel(endless, canceled, image=PHOTO, use_nucleus_sampling=True)

    assert whole.metrics["output_token_count"] > 300
    assert canceled.metrics == {}
    assert run(endless, use_nucleus_sampling=True).output.startswith(CAPTION)
    assert endless.pid == pid
