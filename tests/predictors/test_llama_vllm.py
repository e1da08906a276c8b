"""How the Llama folder talks to vLLM, which is not installed: a fake stands for it."""

import contextlib
import sys
from collections.abc import AsyncIterator, Iterator
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import torch

from tests.predictors import llama_engines
from tests.predictors.llama_engines import Llama


class FakeLLM:
    """Writes what it is told to, two tokens at a time, and notes how it is used."""

    written = (5, 6, 7, 8)

    def __init__(self, args: SimpleNamespace) -> None:
        self.args = args
        self.model_config = SimpleNamespace(max_model_len=100, dtype=torch.bfloat16)
        self.asked: list[tuple[Any, Any]] = []
        self.is_writing = False

    async def generate(self, prompt: Any, wishes: Any, *, request_id: str) -> AsyncIterator[Any]:
        self.asked.append((prompt, wishes))
        self.is_writing = bool(request_id)
        try:
            for at in range(0, len(self.written), 2):
                yield SimpleNamespace(
                    outputs=[SimpleNamespace(token_ids=self.written[at : at + 2])]
                )
        finally:
            self.is_writing = False

    def shutdown(self) -> None:
        self.model_config = None


@pytest.fixture(scope="module")
def llama() -> Iterator[Llama]:
    with llama_engines.loaded() as llama:
        yield llama


@pytest.fixture
def engine(llama: Llama, monkeypatch: pytest.MonkeyPatch) -> Any:
    delta = SimpleNamespace(DELTA="delta")
    modules = {
        "vllm": {"SamplingParams": SimpleNamespace, "TokensPrompt": dict},
        "vllm.engine.arg_utils": {"AsyncEngineArgs": SimpleNamespace},
        "vllm.v1.engine.async_llm": {
            "AsyncLLM": SimpleNamespace(from_engine_args=FakeLLM),
        },
        "vllm.sampling_params": {"RequestOutputKind": delta},
    }
    for name, content in modules.items():
        module = ModuleType(name)
        vars(module).update(content)
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setenv("VLLM_WORKER_MULTIPROC_METHOD", "spawn")
    return llama["vllm_engine"].Vllm("weights", [8, 9], 32)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({}, {"temperature": 0.6, "top_p": 0.9, "top_k": 50, "max_tokens": 100}),
        ({"top_k": 0}, {"top_k": -1}),
        ({"top_p": 0.0}, {"temperature": 0.0, "top_p": 1.0}),
        ({"temperature": 0.0}, {"temperature": 0.0}),
        ({"max_tokens": 90, "min_tokens": 80}, {"max_tokens": 90, "min_tokens": 80}),
        ({"min_tokens": 200}, {"max_tokens": 100, "min_tokens": 100}),
        ({"seed": -1}, {"seed": 2**63 - 1}),
        ({"seed": 2**63}, {"seed": 0}),
        (
            {"presence_penalty": 0.5, "frequency_penalty": 1.5},
            {"presence_penalty": 0.5, "frequency_penalty": 1.5},
        ),
        ({"stop_sequences": ("a",)}, {"detokenize": False}),
    ],
    ids=str,
)
def test_vllm_is_told_in_its_own_words(
    llama: Llama, asked: dict[str, Any], told: dict[str, Any]
) -> None:
    wishes = llama["vllm_engine"].wishes(llama["params"].Params(**asked), room=100)

    assert told.items() <= wishes.items()


def test_vllm_loads_the_checkpoint_for_so_many_answers(engine: Any) -> None:
    told = vars(engine._llm.args)

    assert (
        told.items()
        >= {"model": "weights", "load_format": "safetensors", "max_num_seqs": 32}.items()
    )
    assert (engine.device, engine.context) == ("cuda as torch.bfloat16", 100)


def test_what_vllm_writes_comes_as_it_is_written_and_without_the_end(
    llama: Llama, engine: Any
) -> None:
    async def read() -> list[list[int]]:
        return [tokens async for tokens in llama.tokens(engine)]

    assert llama.run(read()) == [[5, 6], [7]]


def test_vllm_gets_the_tokens_and_the_room_that_is_left(llama: Llama, engine: Any) -> None:
    llama.run(llama.write(engine, "Hello", max_tokens=1000))
    prompt, wishes = engine._llm.asked[0]

    assert prompt["prompt_token_ids"] == llama.tokenizer.encode("Hello")
    assert wishes.max_tokens == 100 - len(prompt["prompt_token_ids"])
    assert wishes.output_kind == "delta"


def test_leaving_an_answer_has_vllm_stop_writing_it(llama: Llama, engine: Any) -> None:
    async def leave() -> bool:
        async with contextlib.aclosing(llama.tokens(engine)) as tokens:
            await anext(tokens)
            return bool(engine._llm.is_writing)

    assert llama.run(leave())
    assert not engine._llm.is_writing


def test_closing_ends_vllms_process(engine: Any) -> None:
    engine.close()

    assert engine._llm.model_config is None


def test_vllm_is_not_usable_without_a_gpu(llama: Llama) -> None:
    assert torch.cuda.is_available() or not llama["vllm_engine"].is_usable()
