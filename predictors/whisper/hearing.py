"""A loaded Whisper model, and what it hears in a recording."""

import contextlib
import gc
from pathlib import Path
from typing import Any

import torch
import whisper

from languages import LANGUAGES
from listening import Wishes
from resampling import RATE

SMALL = 10_000_000  # parameters; below it a second thread costs more than it saves


class OutOfMemory(Exception):
    """The GPU could not hold what one recording takes; the next one is welcome."""


class Ear:
    """Holds one model at a time, that of the last recording."""

    def __init__(self) -> None:
        self.path: Path | None = None
        self._model: Any = None

    @property
    def device(self) -> Any:
        """Where the model computes."""
        return self._model.device

    def load(self, path: Path) -> None:
        """Load this model in the place of another, and take the steps that are slow at first."""
        self.path = self._model = None
        self._model = whisper.load_model(str(path), device=_device())
        if sum(weight.numel() for weight in self._model.parameters()) < SMALL:
            torch.set_num_threads(1)
        self._transcribe(torch.zeros(RATE), language="en", temperature=0.0, sample_len=4)
        self.path = path

    def write(
        self, recording: torch.Tensor, wishes: Wishes, *, task: str = "transcribe"
    ) -> dict[str, Any]:
        """What whisper's transcribe() gives: text, segments and the code of the language."""
        self._check(wishes.language)
        options = wishes.options(vocabulary=self._model.dims.n_vocab)
        # Leaving the block lets go of what the exception holds on the GPU.
        with contextlib.suppress(torch.OutOfMemoryError):
            return self._transcribe(recording, task=task, verbose=False, **options)
        gc.collect()
        torch.cuda.empty_cache()
        raise OutOfMemory("The GPU's memory is too small for this; choose a smaller model.")

    def _transcribe(self, recording: torch.Tensor, **options: Any) -> dict[str, Any]:
        for module in self._model.modules():
            module._forward_hooks.clear()  # noqa: SLF001  what a canceled recording may have left
        is_half = self._model.device.type == "cuda"
        written: dict[str, Any] = self._model.transcribe(recording, fp16=is_half, **options)
        return written

    def _check(self, language: str | None) -> None:
        """Refuse a language that this model was not taught."""
        count = self._model.num_languages if self._model.is_multilingual else 0
        known = {"en", *list(whisper.tokenizer.LANGUAGES)[:count]}
        if language and language not in known:
            raise ValueError(f"language {LANGUAGES[language]} is unknown to this model.")


def _device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")
