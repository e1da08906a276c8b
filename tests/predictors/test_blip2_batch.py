"""The BLIP-2 folder loaded right here: several questions at once, and what a GPU may run out of."""

import sys
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
import torch
from transformers import Blip2Config, Blip2ForConditionalGeneration, T5Config

from predictors.demo import shapes
from tests.predictors import loaded
from tests.predictors.loaded import Heard

QUESTIONS = ("What color is it?", "What objects are in this image?", "What shape is the", "Why?")
CONTEXT = "Question: How many objects are there? Answer: one"


@pytest.fixture(scope="module")
def predictor() -> Iterator[Any]:
    with loaded.predictor("blip2") as predictor:
        yield predictor


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """Captions and questions of all lengths, each with a picture of its own."""
    folder = tmp_path_factory.mktemp("pictures")
    chance = Random(0)
    asked = []
    for number, picture in enumerate(shapes.ALL[:16]):
        image = folder / f"{number}.png"
        shapes.draw(picture, 96, chance=chance).save(image)
        question = QUESTIONS[number % 4]
        context = CONTEXT if number % 5 == 0 else None
        asked.append(
            {
                "image": image,
                "caption": number % 3 == 0,
                "question": question,
                "context": context,
                "use_nucleus_sampling": False,
                "temperature": 1,
            }
        )
    return asked


def test_captions_and_questions_answered_together_are_those_answered_alone(
    predictor: Any, inputs: list[dict[str, Any]]
) -> None:
    alone = [predictor.predict(**each) for each in inputs]
    scopes = [Heard() for _ in inputs]

    assert predictor.predict_batch(inputs, scopes) == alone
    assert len(set(alone)) > 10
    assert all(scope.metrics["output_token_count"] > 0 for scope in scopes)


def test_each_counts_its_own_words_and_none_of_the_padding(
    predictor: Any, inputs: list[dict[str, Any]]
) -> None:
    together, alone = [Heard() for _ in inputs[:2]], [Heard() for _ in inputs[:2]]

    predictor.predict_batch(inputs[:2], together)
    for each, scope in zip(inputs, alone, strict=False):
        predictor.predict_batch([each], [scope])

    assert [scope.metrics.changes() for scope in together] == [
        scope.metrics.changes() for scope in alone
    ]


def test_what_is_drawn_by_chance_depends_on_its_own_seed_alone(
    predictor: Any, inputs: list[dict[str, Any]]
) -> None:
    asking = sys.modules["asking"]  # as the loaded folder knows it
    looks = [asking.Look(each["image"], "Question: Why?", 1, n) for n, each in enumerate(inputs)]
    alone = [predictor.eye.answer([look])[0].text for look in looks]

    assert [answer.text for answer in predictor.eye.answer(looks)] == alone


def test_a_model_that_encodes_its_prompt_answers_together_as_alone(
    predictor: Any, inputs: list[dict[str, Any]]
) -> None:
    torch.manual_seed(0)
    known = predictor.eye._model.config
    sizes = {"d_model": 64, "d_kv": 16, "num_layers": 1, "num_heads": 4}
    words = known.text_config.vocab_size
    text = T5Config(vocab_size=words, initializer_factor=2.0, decoder_start_token_id=0, **sizes)
    config = Blip2Config(
        vision_config=known.vision_config.to_dict(),
        qformer_config=known.qformer_config.to_dict(),
        text_config=text.to_dict() | {"eos_token_id": None},
        num_query_tokens=known.num_query_tokens,
        image_token_index=known.image_token_index,
    )
    model = Blip2ForConditionalGeneration(config).eval()
    eye = type(predictor.eye)(model, predictor.eye._processor)
    looks = [sys.modules["asking"].look(each) for each in inputs]
    alone = [eye.answer([look])[0] for look in looks]

    assert eye.answer(looks) == alone
    assert (eye._read(looks)["attention_mask"].diff(dim=1) <= 0).all()  # padding ends each row


def test_each_log_of_a_batch_has_its_own_seed(predictor: Any, inputs: list[dict[str, Any]]) -> None:
    scopes = [Heard(), Heard()]

    predictor.predict_batch([{**each, "use_nucleus_sampling": True} for each in inputs[:2]], scopes)

    assert all(len(scope.lines) == 1 for scope in scopes)
    assert scopes[0].lines != scopes[1].lines


def test_a_full_gpu_fails_one_prediction_and_keeps_the_model(
    predictor: Any, inputs: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(**_: Any) -> None:
        raise torch.OutOfMemoryError

    with monkeypatch.context() as patch:
        patch.setattr(predictor.eye._model, "generate", full)
        with pytest.raises(MemoryError, match="The GPU has too little memory left") as failed:
            predictor.predict(**inputs[0])

    assert failed.value.__context__ is None
    assert predictor.predict(**inputs[0])
