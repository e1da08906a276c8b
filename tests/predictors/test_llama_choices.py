"""What the Llama folder chooses: tokens, sizes, and an engine."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from tests.predictors import llama_engines
from tests.predictors.llama_engines import WEIGHTS, Llama

DRAWS = 4000
SCORES = [2.0, 1.0, 0.5, 0.0, -1.0]


@pytest.fixture(scope="module")
def llama() -> Iterator[Llama]:
    with llama_engines.loaded() as llama:
        yield llama


def shares(llama: Llama, **wishes: Any) -> list[float]:
    """How often each token is chosen by so many samplers, each with its own seed."""
    sampling, params = llama["sampling"], llama["params"]
    samplers = [sampling.Sampler(params.Params(seed=seed, **wishes)) for seed in range(DRAWS)]
    chosen = sampling.choose(torch.tensor(SCORES).repeat(DRAWS, 1), samplers, [])
    return (chosen.flatten().bincount(minlength=len(SCORES)) / DRAWS).tolist()


@pytest.mark.parametrize(
    ("wishes", "temperature", "kept"),
    [
        ({"temperature": 1, "top_k": 0, "top_p": 1}, 1, 5),
        ({"temperature": 3, "top_k": 50, "top_p": 1}, 3, 5),
        ({"temperature": 0.5, "top_k": 3, "top_p": 1}, 0.5, 3),
        ({"temperature": 1, "top_k": 0, "top_p": 0.6}, 1, 2),
        ({"temperature": 1, "top_k": 4, "top_p": 0}, 1, 1),
        ({"temperature": 0, "top_k": 0, "top_p": 1}, 1, 1),
    ],
    ids=str,
)
def test_tokens_are_chosen_as_often_as_they_are_likely(
    llama: Llama, wishes: dict[str, Any], temperature: float, kept: int
) -> None:
    likely = torch.softmax(torch.tensor(SCORES[:kept]) / temperature, dim=-1).tolist()

    chosen = shares(llama, **wishes)

    assert chosen == pytest.approx([*likely, *[0] * (len(SCORES) - kept)], abs=0.03)


def test_a_choice_depends_on_no_other(llama: Llama) -> None:
    sampling, params = llama["sampling"], llama["params"]
    scores = torch.randn(8, 100, generator=torch.Generator().manual_seed(0))
    wishes = [{"top_k": 0}, {"top_k": 5}, {"temperature": 0}, {"min_tokens": 9}] * 2
    answers = [params.Params(seed=seed, **wish) for seed, wish in enumerate(wishes)]
    ends = [int(scores[3].argmax())]

    together = sampling.choose(scores.clone(), list(map(sampling.Sampler, answers)), ends)
    alone = [
        sampling.choose(row.clone().unsqueeze(0), [sampling.Sampler(answer)], ends)
        for row, answer in zip(scores, answers, strict=True)
    ]

    assert together.tolist() == torch.cat(alone).tolist()


@pytest.mark.parametrize(
    ("concurrency", "context", "budget", "planned"),
    [
        (32, 2048, 10**9, (32 * 65, 256)),
        (32, 2048, 32 * 1000 * 500, (500, 256)),
        (32, 2048, 32 * 1000 * 20, (20, 256)),
        (1000, 100, 10**12, (5000, 1000)),
    ],
    ids=["all may fill the context", "what the budget allows", "less than one", "many"],
)
def test_memory_is_planned_for_many_answers(
    llama: Llama, concurrency: int, context: int, budget: int, planned: tuple[int, int]
) -> None:
    plan = llama["capacity"].plan(concurrency, context, token_bytes=1000, budget=budget)

    assert (plan.pages, plan.step, plan.answers) == (*planned, concurrency)


def test_an_answer_is_no_longer_than_what_can_be_remembered(llama: Llama) -> None:
    plan = llama["capacity"].plan(4, 2048, token_bytes=1000, budget=32 * 1000 * 20)

    assert plan.longest == 19 * 32


def test_a_token_takes_its_keys_and_values_a_copy_and_a_column_of_the_mask(llama: Llama) -> None:
    eight_billion = SimpleNamespace(
        num_hidden_layers=32, num_key_value_heads=8, num_attention_heads=32, hidden_size=4096
    )

    assert llama["capacity"].token_bytes(eight_billion, 2, 32) == 2**17 + 2 * (72 * 128 + 256)


def test_without_weights_it_is_said_what_to_do(llama: Llama, tmp_path: Path) -> None:
    checkpoint = llama["checkpoint"]

    with pytest.raises(checkpoint.WeightsMissing, match="Set COG_WEIGHTS to a folder"):
        checkpoint.find(str(tmp_path / "missing"))


def start(llama: Llama, concurrency: int) -> tuple[str, list[str]]:
    """The name of the engine that is started, and the warnings."""
    warnings: list[str] = []

    async def start() -> str:
        engine = await llama["engines"].start(
            WEIGHTS, llama.tokenizer, concurrency=concurrency, warn=warnings.append
        )
        engine.close()
        return str(engine.name)

    return llama.run(start()), warnings


@pytest.mark.parametrize(("concurrency", "name"), [(1, "simple"), (2, "continuous")])
def test_the_engine_is_chosen_by_how_many_are_answered_at_once(
    llama: Llama, concurrency: int, name: str
) -> None:
    assert start(llama, concurrency) == (name, [])


@pytest.mark.parametrize("broken", ["prepare_tensor_args", "__init__", "__call__"])
def test_answers_take_turns_where_transformers_has_moved_on(
    llama: Llama, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    def moved(*_: Any) -> None:
        raise AttributeError("moved")

    monkeypatch.setattr(llama["paged"]._Choice, broken, moved)

    name, warnings = start(llama, 2)

    assert name == "simple"
    assert "Continuous batching does not work here" in warnings[0]
    assert "moved" in warnings[0]


def test_answers_take_turns_where_a_batch_gives_other_tokens(
    llama: Llama, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(llama["paged"]._Choice, "__call__", lambda _, scores, __: -scores)

    name, warnings = start(llama, 2)

    assert name == "simple"
    assert "it wrote [" in warnings[0]


def test_vllm_comes_first_where_it_is_usable(llama: Llama, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[tuple[Any, ...]] = []

    class Vllm:
        name = "vllm"
        context = 100

        def __init__(self, *arguments: Any) -> None:
            made.append(arguments)

        async def tokens(self, *_: Any) -> Any:
            await asyncio.sleep(0)
            yield [1]

        def close(self) -> None:
            pass

    monkeypatch.setattr(llama["vllm_engine"], "is_usable", lambda: True)
    monkeypatch.setattr(llama["vllm_engine"], "Vllm", Vllm)

    assert start(llama, 8) == ("vllm", [])
    assert made == [(WEIGHTS, llama.ends, 8)]
