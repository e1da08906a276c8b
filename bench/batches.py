"""What batches bring: the same model with and without them, sixteen predictions at once."""

import base64
import functools
import json
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

from bench import hearth, noop
from bench.rows import Budget, Row
from config import settings
from predictors import catalog

PEER = "without batches"
SHIPPED = settings.ROOT / "config" / "models.toml"
CLIENTS = 16
SIZES = {"sdxl": 4, "blip2": 16}
PHOTO = settings.ROOT / "examples" / "article" / "photo.jpg"


@contextmanager
def rows(folder: Path) -> Iterator[list[Row]]:
    """The rows, while a Hearth with each model twice is up."""
    with ExitStack() as stack:
        socket = stack.enter_context(noop.redis(folder))
        service = stack.enter_context(hearth.running(f"unix://{socket}", folder, _catalog()))
        yield [
            Row(
                f"{family}_batched",
                "predictions/s",
                PEER,
                Budget(1, 1.5, more_is_better=True),
                functools.partial(_per_second, _calls(service, f"batched/{family}", given)),
                functools.partial(_per_second, _calls(service, f"single/{family}", given)),
            )
            for family, given in _inputs().items()
        ]


def _inputs() -> dict[str, dict[str, Any]]:
    image = base64.b64encode(PHOTO.read_bytes()).decode()
    return {
        "sdxl": {"prompt": "a green square on a white background", "num_inference_steps": 20},
        "blip2": {"image": f"data:image/jpeg;base64,{image}", "caption": True},
    }


def _catalog() -> str:
    """Each family's entry of the catalogue that is shipped, with batches and without."""
    shipped = {entry.folder.name: entry for entry in catalog.read(SHIPPED)}
    return "\n".join(
        _entry(f"{kind}/{family}", shipped[family], size)
        for family in SIZES
        for kind, size in (("batched", SIZES[family]), ("single", 1))
    )


def _entry(name: str, entry: catalog.Entry, batch_size: int) -> str:
    facts = {
        "name": name,
        "folder": str(entry.folder),
        "weights": entry.weights,
        "batch_size": batch_size,
        "batch_keys": list(entry.batch_keys),
    }
    lines = (f"{key} = {json.dumps(value)}" for key, value in facts.items())
    return "\n".join(["[[model]]", *lines])


def _calls(service: hearth.Hearth, model: str, given: Mapping[str, Any]) -> list[Callable[[], Any]]:
    return [service.predictor(model, given) for _ in range(CLIENTS)]


def _per_second(calls: list[Callable[[], Any]]) -> float:
    """Every client asks once, all at the same time."""
    with ThreadPoolExecutor(len(calls)) as threads:
        began = perf_counter()
        list(threads.map(lambda call: call(), calls))
        return len(calls) / (perf_counter() - began)
