"""The weights of a catalogue's entry on this machine: where they lie, whether all are there."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from config import settings
from predictors import sources
from predictors.catalog import Entry
from predictors.sources import Kind

SAFE = ".safetensors"
PICKLE = ".bin"
OTHERS = frozenset({PICKLE, ".pt"})
MARKER = ".fetched.json"


def folder(entry: Entry) -> Path | None:
    """Where an entry's weights lie, or will once they are fetched; None for a model without."""
    if not entry.weights:
        return None
    match sources.kind(entry.weights):
        case Kind.PATH:
            return Path(entry.weights)
        case Kind.HUB:
            return _root() / "hub" / entry.weights / _edition(entry)
        case Kind.URL:
            return _root() / "url" / str(entry.weights_sha256)


def state(entry: Entry) -> str:
    """In words: none, ready, not fetched, or missing where a path leads nowhere."""
    place = folder(entry)
    if place is None:
        return "none"
    if must_be_fetched(entry):
        return "ready" if _is_whole(place) else "not fetched"
    return "ready" if place.exists() else "missing"


def is_fetched(entry: Entry) -> bool:
    """Whether the weights come from elsewhere and lie here whole."""
    place = folder(entry)
    return place is not None and must_be_fetched(entry) and _is_whole(place)


def must_be_fetched(entry: Entry) -> bool:
    """Whether the weights come from elsewhere."""
    return bool(entry.weights) and sources.kind(str(entry.weights)) is not Kind.PATH


def mark(place: Path) -> None:
    """Say that all that was to be fetched is there; the last thing a download does."""
    sizes = {file.relative_to(place).as_posix(): file.stat().st_size for file in files(place)}
    part = place / f"{MARKER}.part"
    part.write_text(json.dumps(sizes, indent=2))
    part.rename(place / MARKER)


def files(place: Path) -> Iterator[Path]:
    """Every file of a folder but the hidden ones; the file itself where it is one."""
    if place.is_file():
        yield place
    for file in sorted(place.rglob("*")):
        is_hidden = any(part.startswith(".") for part in file.relative_to(place).parts)
        if file.is_file() and not is_hidden:
            yield file


def size(place: Path) -> int:
    """The bytes of all files."""
    return sum(file.stat().st_size for file in files(place))


def tensors(place: Path) -> list[Path]:
    """The files that hold numbers, what will stand in memory: safetensors where there are any."""
    found = list(files(place))
    safe = [file for file in found if file.suffix == SAFE]
    return safe or [file for file in found if file.suffix in OTHERS]


def _root() -> Path:
    return settings.load().data_dir / "weights"


def _edition(entry: Entry) -> str:
    """The revision, and a sign of which of its files are wanted where not all are."""
    revision = entry.weights_revision or "main"
    if not entry.weights_files:
        return revision
    chosen = hashlib.sha256("\n".join(entry.weights_files).encode()).hexdigest()
    return f"{revision}-{chosen[:8]}"


def _is_whole(place: Path) -> bool:
    try:
        sizes: dict[str, int] = json.loads((place / MARKER).read_text())
    except (OSError, ValueError):
        return False
    return all(_size(place / name) == size for name, size in sizes.items())


def _size(file: Path) -> int | None:
    try:
        return file.stat().st_size
    except OSError:
        return None
