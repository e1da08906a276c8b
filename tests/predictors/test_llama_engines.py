"""What the Llama folder's engines write, alone and among others."""

import asyncio
import contextlib
from collections.abc import Iterator
from typing import Any

import pytest
import torch

from tests.predictors import llama_engines
from tests.predictors.llama_engines import Llama

PLACES = 32
WISHES: list[dict[str, Any]] = [
    {"temperature": 0},
    {"temperature": 0.7, "seed": 1},
    {"temperature": 2, "top_k": 0, "top_p": 1, "seed": 2},
    {"temperature": 1.5, "top_k": 5, "seed": 3, "presence_penalty": 1.5},
    {"temperature": 1, "top_k": 0, "seed": -4, "frequency_penalty": 0.7},
    {"temperature": 0, "presence_penalty": 1000, "min_tokens": 30},
]


@pytest.fixture(scope="module")
def llama() -> Iterator[Llama]:
    with llama_engines.loaded() as llama:
        yield llama


@pytest.fixture(scope="module")
def continuous(llama: Llama) -> Iterator[Any]:
    with llama.continuous(PLACES) as engine:
        yield engine


def endless(**wishes: Any) -> dict[str, Any]:
    return {"min_tokens": 200, "max_tokens": 200, **wishes}


@pytest.mark.parametrize("wishes", WISHES, ids=str)
def test_both_engines_write_the_same(llama: Llama, continuous: Any, wishes: dict[str, Any]) -> None:
    for prompt in ("Hello", "What is Hearth? " * 20):
        alone = llama.run(llama.write(llama.simple, prompt, **wishes))

        assert llama.run(llama.write(continuous, prompt, **wishes)) == alone != []


def test_an_answer_is_the_same_alone_and_among_others(llama: Llama, continuous: Any) -> None:
    answers = [{**WISHES[at % len(WISHES)], "prompt": f"{at} + 1"} for at in range(PLACES)]
    alone = [llama.run(llama.write(llama.simple, **wishes)) for wishes in answers]

    together = llama.run(llama.together(continuous, answers))

    assert together == alone


def test_the_simple_engine_lets_answers_take_turns(llama: Llama) -> None:
    order: list[int] = []

    async def follow(which: int) -> None:
        async for _ in llama.tokens(llama.simple, **endless()):
            order.append(which)
            if len(order) >= 20:
                return

    async def both() -> None:
        await asyncio.gather(follow(0), follow(1))

    llama.run(both())

    assert order[2:18] in ([0, 1] * 8, [1, 0] * 8)


def test_a_late_answer_begins_and_ends_while_others_run(llama: Llama, continuous: Any) -> None:
    async def late() -> tuple[list[int], list[bool]]:
        others = [asyncio.create_task(llama.write(continuous, **endless())) for _ in range(4)]
        await anext(llama.tokens(continuous))
        short = await llama.write(continuous, max_tokens=3, min_tokens=3)
        done = [other.done() for other in others]
        await asyncio.gather(*others)
        return short, done

    short, done = llama.run(late())

    assert (len(short), done) == (3, [False] * 4)


def test_a_cancel_frees_the_place_within_a_few_steps_and_harms_nobody(llama: Llama) -> None:
    async def cancel_one(engine: Any) -> tuple[int, list[int]]:
        canceled = asyncio.create_task(llama.write(engine, **endless(seed=1)))
        stays = llama.tokens(engine, **endless(seed=2))
        written = await anext(stays)
        waits = asyncio.create_task(anext(llama.tokens(engine)))
        written += await anext(stays)
        canceled.cancel()
        before = len(written)
        while not waits.done():
            written += await anext(stays)
        steps = len(written) - before
        return steps, [*written, *[token async for some in stays for token in some]]

    alone = llama.run(llama.write(llama.simple, **endless(seed=2)))

    with llama.continuous(2) as engine:
        steps, written = llama.run(cancel_one(engine))

    assert steps <= 10
    assert written == alone


def test_leaving_an_answer_early_frees_its_place(llama: Llama) -> None:
    async def leave_and_ask(engine: Any) -> list[int]:
        async with contextlib.aclosing(llama.tokens(engine, **endless())) as left:
            await anext(left)
        return await llama.write(engine, max_tokens=3, min_tokens=3)

    with llama.continuous(1) as engine:
        assert len(llama.run(leave_and_ask(engine))) == 3


def test_answers_end_with_the_context(llama: Llama, continuous: Any) -> None:
    prompt = "1" * (continuous.context - 6)
    lengths = [
        len(llama.run(llama.write(engine, prompt, min_tokens=100, max_tokens=100)))
        for engine in (llama.simple, continuous)
    ]

    assert lengths == [continuous.context - len(llama.tokenizer.encode(prompt))] * 2


@pytest.fixture
def small(llama: Llama, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is memory for 160 tokens and a page."""
    capacity = llama["capacity"]
    small = capacity.Capacity(pages=6, step=64, answers=4)
    monkeypatch.setattr(capacity, "of_model", lambda *_: small)


def test_an_answer_may_fill_all_the_memory_there_is(llama: Llama, small: None) -> None:
    with llama.continuous(4) as engine:
        answers = llama.run(llama.together(engine, [endless(), endless()]))

    assert [len(answer) for answer in answers] == [160 - len(llama.tokenizer.encode("Hello"))] * 2


def test_answers_that_outgrow_the_memory_wait_for_each_other(llama: Llama, small: None) -> None:
    answers = [endless(seed=seed, max_tokens=120, min_tokens=120) for seed in range(4)]
    alone = [llama.run(llama.write(llama.simple, **wishes)) for wishes in answers]

    with llama.continuous(4) as engine:
        together = llama.run(llama.together(engine, answers))

    assert together == alone


def test_an_engine_that_dies_fails_its_answers_and_serves_the_next(
    llama: Llama, monkeypatch: pytest.MonkeyPatch
) -> None:
    with llama.continuous(4) as engine:
        before = llama.run(llama.write(engine))
        with monkeypatch.context() as patch:
            patch.setattr(llama.model, "forward", failing(RuntimeError("device lost")))
            failed = llama.run(llama.together(engine, [{}, {}, {}]))
        after = llama.run(llama.write(engine))

    assert [type(error).__name__ for error in failed] == ["EngineLost"] * 3
    assert "device lost" in str(failed[0])
    assert after == before


def test_an_engine_that_dies_again_at_once_ends_the_process(
    llama: Llama, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Exited(Exception):
        pass

    def leave(code: int) -> None:
        raise Exited(code)

    monkeypatch.setattr(llama["continuous"].os, "_exit", leave)
    monkeypatch.setattr(llama.model, "forward", failing(RuntimeError("device lost")))

    with llama.continuous(4) as engine:
        llama.run(llama.together(engine, [{}]))
        ends = llama.run(llama.together(engine, [{}]))

    assert [type(end) for end in ends] == [Exited]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_thread_that_ends_without_a_word_fails_its_answers(
    llama: Llama, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(llama.model, "forward", failing(SystemExit()))

    with llama.continuous(4) as engine:
        failed = llama.run(llama.together(engine, [{}, {}]))

    assert [type(error).__name__ for error in failed] == ["EngineLost"] * 2


def test_closing_an_engine_fails_what_it_still_writes(llama: Llama) -> None:
    async def close_while_writing(engine: Any) -> None:
        tokens = llama.tokens(engine, **endless())
        await anext(tokens)
        engine.close()
        with contextlib.suppress(StopAsyncIteration):
            while True:
                await anext(tokens)

    with llama.continuous(1) as engine, pytest.raises(llama["desk"].EngineLost):
        llama.run(close_while_writing(engine))


@pytest.mark.parametrize("places", [0, 4], ids=["simple", "continuous"])
def test_without_memory_left_an_answer_fails_plainly_and_the_next_is_written(
    llama: Llama, monkeypatch: pytest.MonkeyPatch, places: int
) -> None:
    with contextlib.ExitStack() as stack:
        engine = stack.enter_context(llama.continuous(places)) if places else llama.simple
        before = llama.run(llama.write(engine))
        with monkeypatch.context() as patch:
            error = torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
            patch.setattr(llama.model, "forward", failing(error))
            with pytest.raises(llama["memory"].OutOfMemory, match="too little memory left"):
                llama.run(llama.write(engine))

        assert llama.run(llama.write(engine)) == before


def failing(error: BaseException) -> Any:
    def forward(*_: Any, **__: Any) -> None:
        raise error

    return forward
