"""Preflight: what can be known to go wrong before a model is loaded, and what to do about it."""

from pathlib import Path

import psutil

from predictors import gpus, weights
from predictors.catalog import Entry

CPU = "cpu"
GB = 10**9
MARGIN = 1.2  # a model takes more than its weights: activations, caches, the libraries


class Unloadable(Exception):
    """The model cannot be loaded here; the message says why, and what to do."""


def check(entry: Entry) -> None:
    """Raise Unloadable where the weights, a GPU or the memory for a model is missing."""
    place = weights.folder(entry)
    if place is not None:
        _check_weights(entry, place)
    free = _free_bytes(entry)
    if problem := shortage(needed_bytes(entry, place), free, entry.hardware):
        raise Unloadable(problem)


def needed_bytes(entry: Entry, place: Path | None) -> int:
    """The memory a model takes: as the catalogue says, else its weights and a fifth more."""
    if entry.memory_gb is not None:
        return round(entry.memory_gb * GB)
    files = weights.tensors(place) if place else []
    return round(sum(file.stat().st_size for file in files) * MARGIN)


def shortage(needed: int, free: int | None, hardware: str) -> str | None:
    """Why a model does not fit; None where it does, or what is free is not known."""
    if free is None or needed <= free:
        return None
    kind = "memory" if hardware == CPU else "GPU memory"
    return (
        f"The model needs {needed / GB:.1f} GB of {kind} and {free / GB:.1f} GB are free. Stop "
        "other models, use a larger machine, or correct memory_gb in the catalogue."
    )


def _check_weights(entry: Entry, place: Path) -> None:
    if weights.must_be_fetched(entry) and not weights.is_fetched(entry):
        raise Unloadable(
            f"The weights {entry.weights} are not on this machine. "
            f"Run: hearth models fetch {entry.ref}"
        )
    if not place.exists():
        raise Unloadable(f"There are no weights at {place}. Correct weights in the catalogue.")
    if any(file.suffix == weights.PICKLE for file in weights.tensors(place)):
        raise Unloadable(
            f"The weights in {place} are pickles (*{weights.PICKLE}), which can run code of their "
            "maker. Convert them to safetensors, or name a repository that has these."
        )


def _free_bytes(entry: Entry) -> int | None:
    """The free memory of what a model runs on; None where it is not known."""
    if entry.hardware == CPU:
        return int(psutil.virtual_memory().available)
    try:
        return gpus.free_bytes(gpus.visible())
    except gpus.NoGpu as error:
        raise Unloadable(
            f"The model asks for hardware {entry.hardware}, but {error} A model for the CPU says "
            'hardware = "cpu" in the catalogue.'
        ) from error
