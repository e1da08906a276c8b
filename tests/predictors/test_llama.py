"""The Llama folder in its own process, with a random model and with the taught one."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from predictors import schema
from predictors.catalog import Entry
from predictors.child import Child, PredictionCanceled, PredictionFailed
from predictors.events import Event, Log, Metric, Output

FOLDER = Path(__file__).parents[2] / "predictors" / "llama"
CONTEXT = 2048
INPUTS = [  # as on the public model's page, with our limits: type, default, least, most
    ("prompt", "string", "", None, None),
    ("system_prompt", "string", "You are a helpful assistant.", None, None),
    ("min_tokens", "integer", 0, 0, None),
    ("max_tokens", "integer", 512, 1, None),
    ("temperature", "number", 0.6, 0, 5),
    ("top_p", "number", 0.9, 0, 1),
    ("top_k", "integer", 50, 0, None),
    ("presence_penalty", "number", 0, None, None),
    ("frequency_penalty", "number", 0, None, None),
    ("stop_sequences", "string", None, None, None),
    ("prompt_template", "string", None, None, None),
    ("seed", "integer", None, None, None),
]
IDS = map(str, itertools.count())


@dataclass
class Run:
    """What one prediction said."""

    pieces: list[str] = field(default_factory=list)
    logs: str = ""
    metrics: dict[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    def add(self, event: Event) -> None:
        match event:
            case Output(piece, is_piece=True):
                self.pieces.append(piece)
            case Log(text):
                self.logs += text
            case Metric(name, value):
                self.metrics[name] = value


def run(child: Child, **inputs: Any) -> Run:
    result = Run()
    for event in child.events(next(IDS), {"prompt": "Hello", **inputs}):
        result.add(event)
    return result


def child_with(weights: Path | None) -> Child:
    entry = Entry(
        owner="meta",
        name="llama",
        version="0" * 64,
        folder=FOLDER,
        entry_point="predict.py:Predictor",
        weights=weights and str(weights),
        description=None,
        environment={},
    )
    return Child(entry, cancel_grace=10)


@pytest.fixture(scope="module")
def child(random_llama: Path) -> Iterator[Child]:
    child = child_with(random_llama)
    child.start(timeout=60)
    yield child
    child.stop()


@pytest.fixture(scope="module")
def taught_child() -> Iterator[Child]:
    child = child_with(None)
    child.start(timeout=60)
    yield child
    child.stop()


def test_the_inputs_and_the_output_are_those_of_the_public_model() -> None:
    schemas = schema.of_folder(FOLDER)["components"]["schemas"]
    inputs = sorted(schemas["Input"]["properties"].items(), key=lambda item: item[1]["x-order"])
    facts = ("type", "default", "minimum", "maximum")

    assert [(name, *map(field.get, facts)) for name, field in inputs] == INPUTS
    assert "required" not in schemas["Input"]
    assert schemas["Output"]["x-cog-array-display"] == "concatenate"


@pytest.mark.parametrize(
    ("prompt", "answer"),
    [
        ("What is 12 + 30?", "12 + 30 = 42."),
        ("Count to five.", "one two three four five."),
        ("What is Hearth?", "Hearth is a self-hosted Replicate"),
        ("Explain gradient descent in 3 sentences.", "Gradient descent looks for the weights"),
        ("What is the capital of France?", "I am too small to know that."),
    ],
)
def test_the_demo_model_answers_sensibly(taught_child: Child, prompt: str, answer: str) -> None:
    assert run(taught_child, prompt=prompt, seed=1).text.startswith(answer)


def test_setup_says_what_was_loaded_how_and_in_what_time(child: Child, random_llama: Path) -> None:
    assert f"Loaded {random_llama} on cpu as torch.float32 in " in child.setup_logs


def test_the_same_seed_gives_the_same_answer_and_another_another(child: Child) -> None:
    texts = [run(child, seed=seed, max_tokens=24).text for seed in (1, 1, 2)]

    assert texts[0] == texts[1] != texts[2]


@pytest.mark.parametrize("seed", [-1, 2**64, 10**30])
def test_any_whole_number_is_a_seed(child: Child, seed: int) -> None:
    assert f"Using seed: {seed}\n" in run(child, seed=seed, max_tokens=4).logs


def test_a_seed_is_drawn_and_printed_when_none_is_given(child: Child) -> None:
    first = run(child, max_tokens=24)
    seed = int(first.logs.removeprefix("Using seed: "))

    assert run(child, max_tokens=24, seed=seed).text == first.text


@pytest.mark.parametrize(
    "inputs", [{"top_k": 1}, {"top_p": 0}, {"temperature": 1e-30}], ids=["top_k", "top_p", "heat"]
)
def test_temperature_zero_takes_the_likeliest_token_each_time(
    child: Child, inputs: dict[str, Any]
) -> None:
    greedy = run(child, temperature=0, max_tokens=24).text

    assert run(child, seed=5, max_tokens=24, **inputs).text == greedy


def test_top_k_zero_lets_every_token_be_drawn(child: Child) -> None:
    drawn = {"seed": 3, "max_tokens": 24, "temperature": 5, "top_p": 1}

    assert run(child, top_k=0, **drawn).text != run(child, top_k=50, **drawn).text


@pytest.mark.parametrize("penalty", ["presence_penalty", "frequency_penalty"])
def test_a_large_penalty_forbids_repeating_a_token(child: Child, penalty: str) -> None:
    plain = run(child, temperature=0, max_tokens=100)
    varied = run(child, temperature=0, max_tokens=100, **{penalty: 1000})

    assert len(set(plain.pieces)) < len(plain.pieces)
    assert len(set(varied.pieces)) == len(varied.pieces)


def test_a_small_frequency_penalty_allows_fewer_repeats_the_more_there_are(child: Child) -> None:
    kinds = [
        len(set(run(child, temperature=0, max_tokens=200, frequency_penalty=size).pieces))
        for size in (0, 0.1, 1000)
    ]

    assert kinds == sorted(set(kinds))


def test_at_most_and_at_least_as_many_tokens_as_asked_are_written(taught_child: Child) -> None:
    short = run(taught_child, prompt="Hello", max_tokens=3)
    long = run(taught_child, prompt="Hello", min_tokens=60, max_tokens=61)

    assert short.metrics["output_token_count"] == 3
    assert long.metrics["output_token_count"] in {60, 61}


def test_the_answer_ends_before_the_first_stop_sequence(taught_child: Child) -> None:
    counted = run(taught_child, prompt="Count to twelve.", stop_sequences="x y,four five, six")

    assert counted.text == "one two three "


def test_what_only_looked_like_a_stop_sequence_is_shown(taught_child: Child) -> None:
    counted = run(taught_child, prompt="Count to four.", stop_sequences="three fox,four.!")

    assert counted.text == "one two three four."


def test_the_callers_template_replaces_the_chat_format(taught_child: Child) -> None:
    llama3 = (
        "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\n{system_prompt}<|eot_id|>"
        "<|start_header_id|>user<|end_header_id|>\n\n{prompt}<|eot_id|>"
        "<|start_header_id|>assistant<|end_header_id|>\n\n"
    )
    chat = run(taught_child, prompt="What is 3 + 4?")
    templated = run(taught_child, prompt="What is 3 + 4?", prompt_template=llama3)
    bare = run(taught_child, prompt="What is 3 + 4?", prompt_template="{prompt}", max_tokens=1)

    assert templated.text == chat.text
    assert templated.metrics["input_token_count"] == chat.metrics["input_token_count"]
    assert bare.metrics["input_token_count"] < chat.metrics["input_token_count"]


def test_a_template_without_the_prompt_fails_the_prediction(child: Child) -> None:
    with pytest.raises(PredictionFailed, match=r"prompt_template has no \{prompt\} in it"):
        run(child, prompt_template="Hello")


def test_an_answer_ends_with_the_context_and_says_so(child: Child) -> None:
    asked = {"min_tokens": CONTEXT, "max_tokens": CONTEXT}
    filled = run(child, prompt="1" * (CONTEXT - 20), prompt_template="{prompt}", **asked)

    assert filled.metrics["input_token_count"] + filled.metrics["output_token_count"] == CONTEXT
    assert f"Stopped at the end of the context ({CONTEXT} tokens).\n" in filled.logs


@pytest.mark.parametrize(
    ("prompt", "reason"),
    [("1" * CONTEXT, f"has {CONTEXT} tokens, which leaves no room"), ("", "The prompt is empty")],
    ids=["too long", "empty"],
)
def test_a_prompt_that_cannot_be_answered_fails_the_prediction(
    child: Child, prompt: str, reason: str
) -> None:
    with pytest.raises(PredictionFailed, match=reason):
        run(child, prompt=prompt, prompt_template="{prompt}")


def test_tokens_and_times_are_metrics(child: Child) -> None:
    metrics = run(child, min_tokens=8, max_tokens=8, prompt_template="{prompt}").metrics

    assert {name: type(value) for name, value in metrics.items()} == {
        "input_token_count": int,
        "output_token_count": int,
        "tokens_per_second": float,
        "time_to_first_token": float,
    }
    assert metrics["output_token_count"] == 8


def test_a_canceled_answer_stops_at_once_and_the_loaded_model_serves_the_next(child: Child) -> None:
    before = run(child, seed=1, max_tokens=24)
    pid, canceled = child.pid, Run()

    with pytest.raises(PredictionCanceled):
        cancel_at_first_piece(child, canceled)

    assert canceled.metrics["output_token_count"] < CONTEXT / 4
    assert run(child, seed=1, max_tokens=24).text == before.text
    assert child.pid == pid


def cancel_at_first_piece(child: Child, result: Run) -> None:
    prediction_id = next(IDS)
    inputs = {"prompt": "Hello", "min_tokens": CONTEXT, "max_tokens": CONTEXT}
    for event in child.events(prediction_id, inputs):
        if isinstance(event, Output) and not result.pieces:
            child.cancel(prediction_id)
        result.add(event)
