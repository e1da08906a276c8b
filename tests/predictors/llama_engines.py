"""The Llama folder's engines in the tests' own process, with the taught model."""

import asyncio
import contextlib
import importlib
import sys
from collections.abc import AsyncGenerator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2] / "predictors" / "llama"
WEIGHTS = str(FOLDER / "weights-demo")


class Llama:
    """The folder's modules by their bare names, one loaded model, one event loop."""

    def __init__(self, run: Callable[..., Any]) -> None:
        self.run = run
        self.tokenizer = self["checkpoint"].tokenizer(WEIGHTS)
        self.ends = self["checkpoint"].ends(WEIGHTS, self.tokenizer)
        self.model = self["checkpoint"].model(WEIGHTS)
        self.simple = self["simple"].Simple(self.model, self.ends)

    def __getitem__(self, name: str) -> Any:
        """One of the folder's modules."""
        return importlib.import_module(name)

    @contextlib.contextmanager
    def continuous(self, places: int) -> Iterator[Any]:
        """A continuous engine for so many answers at once."""
        engine = self.run(self._continuous(places))
        try:
            yield engine
        finally:
            engine.close()

    def tokens(
        self, engine: Any, prompt: str = "Hello", **wishes: Any
    ) -> AsyncGenerator[list[int], None]:
        """What an engine writes, as it comes."""
        params = self["params"].Params(**{"max_tokens": 40, **wishes})
        tokens: AsyncGenerator[list[int], None] = engine.tokens(
            self.tokenizer.encode(prompt), params
        )
        return tokens

    async def write(self, engine: Any, prompt: str = "Hello", **wishes: Any) -> list[int]:
        """All that an engine writes."""
        return [token async for some in self.tokens(engine, prompt, **wishes) for token in some]

    async def together(self, engine: Any, answers: list[dict[str, Any]]) -> list[Any]:
        """All that an engine writes for several at once, or why it did not."""
        written = (self.write(engine, **wishes) for wishes in answers)
        return await asyncio.gather(*written, return_exceptions=True)

    async def _continuous(self, places: int) -> Any:
        return self["continuous"].Continuous(self.model, self.ends, places)


@contextlib.contextmanager
def loaded() -> Iterator[Llama]:
    """The folder, imported and loaded."""
    with pytest.MonkeyPatch.context() as patch, asyncio.Runner() as runner:
        patch.setattr(sys, "path", [str(FOLDER), *sys.path])
        yield Llama(runner.run)
