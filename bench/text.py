"""What is left of an engine's speed when answers are asked for through Hearth."""

import functools
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import perf_counter

from bench import bare_engine, hearth, noop
from bench.rows import Budget, Row
from config import settings

PEER = "bare engine"
FOLDER = settings.ROOT / "predictors" / "llama"
WEIGHTS = FOLDER / "weights-demo"
MODEL = "meta/llama"
CONCURRENCY = 32
CATALOG = f"""
[[model]]
name = "{MODEL}"
folder = "{FOLDER}"
weights = "{WEIGHTS}"
concurrency = {CONCURRENCY}
"""
ANSWERS = (1, 8, 32)
TOKENS = 512  # as many as a prediction is asked for by default
INPUT = {"prompt": "What is Hearth?", "min_tokens": TOKENS, "max_tokens": TOKENS}


@contextmanager
def rows(folder: Path) -> Iterator[list[Row]]:
    """The rows, while a Hearth with one language model and its bare engine are up."""
    with ExitStack() as stack:
        enter = stack.enter_context
        socket = enter(noop.redis(folder))
        ours = enter(hearth.running(f"unix://{socket}", folder, CATALOG))
        theirs = enter(bare_engine.running(FOLDER, WEIGHTS, CONCURRENCY))
        calls = [ours.predictor(MODEL, INPUT) for _ in range(CONCURRENCY)]
        yield [
            Row(
                f"llama_{answers}_at_once",
                "tokens/s",
                PEER,
                Budget(0.8, 0.95, more_is_better=True),
                functools.partial(_tokens_per_second, calls[:answers]),
                functools.partial(theirs.tokens_per_second, answers, TOKENS),
            )
            for answers in ANSWERS
        ]


def _tokens_per_second(calls: list[Callable[[], object]]) -> float:
    with ThreadPoolExecutor(len(calls)) as threads:
        began = perf_counter()
        list(threads.map(lambda call: call(), calls))
        return len(calls) * TOKENS / (perf_counter() - began)
