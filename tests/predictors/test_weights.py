"""Where an entry's weights lie, and when they count as there."""

from pathlib import Path

import pytest

from config import settings
from predictors import weights
from tests import fakes
from tests.conftest import Configure

SHA256 = "e5b1a55b89c1367dacf97e3e19bfd829a01529dbfdeefa8caeb59b3f1b81dadb"
URL = f"https://example.com/models/{SHA256}/large-v3.pt"

PLACES = {
    "of the hub": ({"weights": "ada/shout"}, "hub/ada/shout/main"),
    "a revision": ({"weights": "ada/shout", "weights_revision": "a1b2"}, "hub/ada/shout/a1b2"),
    "some files": (
        {"weights": "ada/shout", "weights_files": ("*.fp16.safetensors",)},
        "hub/ada/shout/main-4b72b2da",
    ),
    "a URL": ({"weights": URL, "weights_sha256": SHA256}, f"url/{SHA256}"),
}


@pytest.fixture
def place(configure: Configure) -> Path:
    """The folder of ada/shout's weights, with all that belongs there, but for the marker."""
    found = weights.folder(fakes.entry("echo", weights="ada/shout"))
    (found / "unet").mkdir(parents=True)
    (found / "unet" / "model.safetensors").write_bytes(b"12345")
    (found / "config.json").write_text("{}")
    (found / ".cache").mkdir()
    (found / ".cache" / "rest").touch()
    return found


def is_fetched() -> bool:
    return weights.is_fetched(fakes.entry("echo", weights="ada/shout"))


@pytest.mark.parametrize(("facts", "below"), PLACES.values(), ids=PLACES.keys())
def test_fetched_weights_lie_in_the_data_folder(configure: Configure, facts: dict, below: str):
    assert weights.folder(fakes.entry("echo", **facts)) == (
        settings.load().data_dir / "weights" / below
    )


def test_weights_of_a_path_lie_there_and_a_model_may_have_none():
    assert weights.folder(fakes.entry("echo", weights="/w")) == Path("/w")
    assert weights.folder(fakes.entry("echo")) is None


def test_only_what_comes_from_elsewhere_must_be_fetched(tmp_path: Path):
    local, none = fakes.entry("echo", weights=str(tmp_path)), fakes.entry("echo")

    assert not any(map(weights.must_be_fetched, (local, none)))
    assert not any(map(weights.is_fetched, (local, none)))
    assert weights.must_be_fetched(fakes.entry("echo", weights="ada/shout"))


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ({}, "none"),
        ({"weights": "/"}, "ready"),
        ({"weights": "/nowhere"}, "missing"),
        ({"weights": "ada/shout"}, "not fetched"),
    ],
)
def test_the_state_of_weights_is_a_word(configure: Configure, facts: dict, state: str):
    assert weights.state(fakes.entry("echo", **facts)) == state


def test_weights_are_there_once_they_are_marked(place: Path):
    before = is_fetched()

    weights.mark(place)

    assert (before, is_fetched()) == (False, True)


LOSSES = {
    "a file": lambda place: (place / "config.json").unlink(),
    "bytes": lambda place: (place / "unet" / "model.safetensors").write_bytes(b"123"),
    "half the marker": lambda place: (place / weights.MARKER).write_text('{"config.json": 2,'),
}


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES.keys())
def test_weights_that_lost_something_are_not_there(place: Path, loss):
    weights.mark(place)

    loss(place)

    assert not is_fetched()


def test_what_stands_in_memory_are_safetensors_or_else_what_there_is(place: Path):
    for name in ("model.pt", "model.bin"):
        (place / name).touch()
    both = weights.tensors(place)
    (place / "unet" / "model.safetensors").unlink()

    rest = weights.tensors(place)

    assert [file.name for file in both] == ["model.safetensors"]
    assert [file.name for file in rest] == ["model.bin", "model.pt"]
    assert weights.tensors(rest[1]) == [rest[1]]
