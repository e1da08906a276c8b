"""The language model's engine by itself: no queue, no database, no text."""

import asyncio
import importlib
import multiprocessing
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any


class BareEngine:
    """An engine that waits to be asked."""

    def __init__(self, end: Connection) -> None:
        self._end = end

    def tokens_per_second(self, answers: int, tokens: int) -> float:
        """So many answers at once, each with so many tokens."""
        self._end.send((answers, tokens))
        speed: float = self._end.recv()
        return speed


@contextmanager
def running(folder: Path, weights: Path, concurrency: int) -> Iterator[BareEngine]:
    """The engine of a Cog folder, loaded until the block is left."""
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=_serve, args=(folder, weights, concurrency, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        yield BareEngine(ours)
    finally:
        ours.close()
        process.join()


def _serve(folder: Path, weights: Path, concurrency: int, end: Connection) -> None:
    os.chdir(folder)
    sys.path.insert(0, str(folder))
    asyncio.run(_answer(str(weights), concurrency, end))


async def _answer(weights: str, concurrency: int, end: Connection) -> None:
    """Measure whatever is asked for; the folder's modules are there by their bare names."""
    checkpoint, engines = map(importlib.import_module, ("checkpoint", "engines"))
    tokenizer = checkpoint.tokenizer(weights)
    engine = await engines.start(weights, tokenizer, concurrency=concurrency, warn=print)
    prompt = tokenizer.encode("What is Hearth?")
    while asked := await asyncio.to_thread(_next, end):
        end.send(await _speed(engine, prompt, *asked))
    engine.close()


def _next(end: Connection) -> tuple[int, int] | None:
    try:
        asked: tuple[int, int] = end.recv()
    except EOFError:
        return None
    return asked


async def _speed(engine: Any, prompt: list[int], answers: int, tokens: int) -> float:
    params = importlib.import_module("params")
    began = time.perf_counter()
    wanted = [
        params.Params(min_tokens=tokens, max_tokens=tokens, seed=seed) for seed in range(answers)
    ]
    written = await asyncio.gather(*(_count(engine, prompt, each) for each in wanted))
    return sum(written) / (time.perf_counter() - began)


async def _count(engine: Any, prompt: list[int], params: Any) -> int:
    count = 0
    async for tokens in engine.tokens(prompt, params):
        count += len(tokens)
    return count
