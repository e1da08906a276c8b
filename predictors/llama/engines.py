"""What writes answers: one of three engines, all used in the same way, and the choice of one."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable
from typing import Any, Protocol

import checkpoint
import vllm_engine
from params import Params
from simple import Simple

TRIAL = "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,"  # goes on in one way, whatever the rounding
TRIAL_SECONDS = 60


class Engine(Protocol):
    """A loaded model that continues prompts, many at once."""

    name: str
    device: str
    """Where it computes, and in which numbers; for the log."""
    context: int
    """How many tokens it reads and writes at most, the prompt's counted in."""

    def tokens(self, prompt: list[int], params: Params) -> AsyncGenerator[list[int], None]:
        """The tokens that follow, as they come, up to the end of the answer or of the context.

        Closing it, or a cancel of the task that waits for it, frees its place within a step.
        """

    def close(self) -> None:
        """Write no more; who still waits for tokens gets an error."""


async def start(
    source: str, tokenizer: Any, *, concurrency: int, warn: Callable[[str], None]
) -> Engine:
    """The best that can run: vLLM, else common steps for several answers, else turns."""
    ends = checkpoint.ends(source, tokenizer)
    prompt = tokenizer.encode(TRIAL)
    if vllm_engine.is_usable():
        engine = vllm_engine.Vllm(source, ends, concurrency)
        await _try_out(engine, prompt)
        return engine
    model = checkpoint.model(source)
    simple = Simple(model, ends)
    expected = await _try_out(simple, prompt)
    if concurrency == 1:
        return simple
    try:
        return await _continuous(model, ends, concurrency, (prompt, expected))
    except Exception as error:  # noqa: BLE001  whatever an other release of transformers makes of it
        warn(f"Continuous batching does not work here ({error!r}); answers take turns instead.")
        return simple


async def _continuous(
    model: Any, ends: list[int], concurrency: int, sample: tuple[list[int], list[int]]
) -> Engine:
    """The continuous engine, once it has given the answer that the simple one gave."""
    from continuous import Continuous  # noqa: PLC0415  may fail, too

    prompt, expected = sample
    engine = Continuous(model, ends, concurrency)
    with contextlib.ExitStack() as stack:
        stack.callback(engine.close)
        async with asyncio.timeout(TRIAL_SECONDS):
            answer = await _try_out(engine, prompt)
        if answer != expected:
            raise ValueError(f"it wrote {answer} instead of {expected}")
        stack.pop_all()
    return engine


async def _try_out(engine: Engine, prompt: list[int]) -> list[int]:
    """A few tokens without chance: they warm an engine up, and any two must agree on them."""
    params = Params(max_tokens=4, temperature=0)
    return [token async for tokens in engine.tokens(prompt, params) for token in tokens]
