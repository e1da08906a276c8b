"""A loaded model after things went wrong, in the tests' own process."""

from collections.abc import Iterator
from typing import Any

import pytest
import torch

from tests.predictors.whispering import MEETING, SHIPPED, modules

__all__ = ["modules"]


@pytest.fixture
def ear(whispering: Any) -> Iterator[Any]:
    threads = torch.get_num_threads()
    ear = whispering("hearing").Ear()
    ear.load(SHIPPED / "demo.pt")
    yield ear
    torch.set_num_threads(threads)


def heard(ear: Any, whispering: Any) -> str:
    recording = whispering("sound").read(MEETING)
    return str(ear.write(recording, whispering("listening").Wishes(language="en"))["text"])


def test_too_little_memory_is_told_plainly_and_the_next_recording_is_heard(
    ear: Any, whispering: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill(*_: Any, **__: Any) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB.")

    with monkeypatch.context() as patch:
        patch.setattr(type(ear._model), "transcribe", fill)
        with pytest.raises(whispering("hearing").OutOfMemory, match="choose a smaller model"):
            heard(ear, whispering)

    assert heard(ear, whispering).strip() == "low tone. high tone. middle tone."


def test_what_a_canceled_recording_left_behind_is_forgotten(ear: Any, whispering: Any) -> None:
    before = heard(ear, whispering)
    ear._model.install_kv_cache_hooks()  # as when the cancel comes before they are noted

    assert heard(ear, whispering) == before


def test_a_model_that_could_not_be_loaded_is_not_taken_for_loaded(ear: Any) -> None:
    with pytest.raises(RuntimeError, match="not found"):
        ear.load(SHIPPED / "missing.pt")

    assert ear.path is None
