"""The embeddings folder, in its own process and loaded right here, with the demo's weights."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from app import inputs
from app.errors import InvalidInput
from app.tables import Version
from predictors import schema
from predictors.child import Child, PredictionFailed, SetupFailed
from tests.predictors import loaded
from tests.predictors.loaded import Heard, Run

FOLDER = Path(__file__).parents[2] / "predictors" / "embeddings"
CONTEXT = 128
WIDTH = 64
ALIKE = ["How do I cancel a prediction?", "Can I stop a prediction?", "What is Celery?"]


@pytest.fixture(scope="module")
def child() -> Iterator[Child]:
    child = loaded.child("embeddings")
    child.start(timeout=60)
    yield child
    child.stop()


@pytest.fixture(scope="module")
def predictor() -> Iterator[Any]:
    with loaded.predictor("embeddings") as predictor:
        yield predictor


def run(child: Child, texts: list[str] | str, **inputs: Any) -> Run:
    return loaded.run(child, texts=texts, **inputs)


def near(vectors: list[list[float]], others: list[list[float]]) -> bool:
    return torch.allclose(torch.tensor(vectors), torch.tensor(others), atol=1e-5)


def test_texts_are_a_list_or_lines_and_vectors_lists_of_numbers() -> None:
    schemas = schema.of_folder(FOLDER)["components"]["schemas"]
    properties = schemas["Input"]["properties"]

    assert properties["texts"]["anyOf"] == [
        {"type": "array", "items": {"type": "string"}},
        {"type": "string"},
    ]
    assert properties["normalize"]["default"] is True
    assert schemas["Input"]["required"] == ["texts"]
    assert schemas["Output"]["items"] == {"type": "array", "items": {"type": "number"}}


@pytest.mark.parametrize("texts", [["a", "b"], [], "a\nb"], ids=["list", "none", "lines"])
def test_a_request_may_send_either(texts: list[str] | str) -> None:
    version = Version(id="embeddings", openapi_schema=schema.of_folder(FOLDER))

    assert inputs.check(version, {"texts": texts}) == {"texts": texts, "normalize": True}


@pytest.mark.parametrize("texts", [None, 1, [1], [["a"]]], ids=str)
def test_a_request_may_send_nothing_else(texts: object) -> None:
    version = Version(id="embeddings", openapi_schema=schema.of_folder(FOLDER))

    with pytest.raises(InvalidInput):
        inputs.check(version, {"texts": texts})


def test_texts_that_mean_the_same_are_near_each_other(child: Child) -> None:
    vectors = torch.tensor(run(child, ALIKE).output)
    alike = vectors @ vectors.T

    assert alike[0, 1] > alike[0, 2] + 0.3


def test_one_text_to_a_line_is_as_good_as_a_list(child: Child) -> None:
    lines = run(child, "\n".join(["", *ALIKE, " "]))

    assert lines.output == run(child, ALIKE).output
    assert lines.metrics["text_count"] == 3


def test_vectors_have_the_length_one_unless_asked_otherwise(child: Child) -> None:
    normalized = run(child, ALIKE).output
    plain = run(child, ALIKE, normalize=False).output

    lengths = [math.hypot(*vector) for vector in plain]
    assert [math.hypot(*vector) for vector in normalized] == pytest.approx([1, 1, 1])
    assert all(abs(length - 1) > 0.1 for length in lengths)
    assert near(normalized, [[x / n for x in v] for v, n in zip(plain, lengths, strict=True)])


def test_a_vector_is_the_mean_over_the_texts_own_tokens(predictor: Any) -> None:
    alone = predictor.predict(["Hello"], normalize=False)
    padded = predictor.predict(["Hello", "How do I cancel a prediction?"], normalize=False)
    read = predictor.pool._tokenizer("Hello", return_tensors="pt")
    hidden = predictor.pool._model(**read).last_hidden_state[0]

    assert near(alone, [hidden.mean(0).tolist()])
    assert near(padded[:1], alone)


def test_long_texts_are_cut_and_the_log_says_how_many(child: Child) -> None:
    cut = run(child, ["token " * 500, "Hello", "token " * 501])

    assert f"2 of 3 texts were cut to {CONTEXT} tokens.\n" in cut.logs
    assert cut.metrics == {"input_token_count": 2 * CONTEXT + 3, "text_count": 3}
    assert near(cut.output[:1], cut.output[2:])


def test_a_thousand_texts_come_back_in_their_order(child: Child) -> None:
    texts = [f"{'token ' * (number % 40)}{number}" for number in range(1000)]
    many = run(child, texts).output

    assert [len(vector) for vector in many] == [WIDTH] * 1000
    assert near(many[123:130], run(child, texts[123:130]).output)


@pytest.mark.parametrize(
    ("texts", "reason"),
    [
        ([], "texts is empty; send at least one text"),
        ("\n \n", "texts is empty; send at least one text"),
        (["a", " "], "texts holds a blank text at place 2; leave it out"),
        (["a"] * 1001, "texts holds 1001 texts; send at most 1000"),
    ],
    ids=["none", "blank lines", "blank", "many"],
)
def test_what_cannot_be_embedded_is_refused(
    child: Child, texts: list[str] | str, reason: str
) -> None:
    with pytest.raises(PredictionFailed, match=reason):
        run(child, texts)


def test_setup_without_weights_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SetupFailed, match="Set COG_WEIGHTS to a folder"):
        loaded.child("embeddings", tmp_path).start(timeout=60)


def test_texts_of_several_predictions_get_the_vectors_they_get_alone(predictor: Any) -> None:
    asked = [["Hello", "token " * 500], "What is Hearth?", ["x"] * 20, ALIKE]
    inputs = [{"texts": texts, "normalize": False} for texts in asked]
    alone = [predictor.predict(**each) for each in inputs]
    scopes = [Heard() for _ in inputs]

    together = predictor.predict_batch(inputs, scopes)

    assert all(near(one, other) for one, other in zip(together, alone, strict=True))
    assert [scope.metrics["text_count"] for scope in scopes] == [2, 1, 20, 3]
    assert [len(scope.lines) for scope in scopes] == [1, 0, 0, 0]


def test_a_full_gpu_fails_one_prediction_and_keeps_the_model(
    predictor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(**_: Any) -> None:
        raise torch.OutOfMemoryError

    with monkeypatch.context() as patch:
        patch.setattr(predictor.pool, "_model", full)
        full.device = "cpu"
        with pytest.raises(MemoryError, match="send fewer at once") as failed:
            predictor.predict(ALIKE, normalize=True)

    assert failed.value.__context__ is None
    assert len(predictor.predict(ALIKE, normalize=True)) == 3
