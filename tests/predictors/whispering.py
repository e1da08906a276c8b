"""The Whisper folder's modules in the tests' own process, and recordings to show them."""

import importlib
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from whisper import tokenizer

FOLDER = Path(__file__).parents[2] / "predictors" / "whisper"
SHIPPED = FOLDER / "weights-demo"
MEETING = Path(__file__).parents[2] / "examples" / "article" / "meeting_recording.mp3"
RATE = 16_000


@pytest.fixture(scope="session", name="whispering")
def modules() -> Iterator[Any]:
    """Import one of the folder's modules by its bare name."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # whisper leaves this file open, once
        tokenizer.get_tokenizer(multilingual=True, num_languages=99)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", [str(FOLDER), *sys.path])
        yield importlib.import_module


def tone(pitch: float, seconds: float = 1.0, *, rate: int = RATE) -> Any:
    """A sine, as loud as can be without distortion."""
    return np.sin(2 * np.pi * pitch * np.arange(round(seconds * rate)) / rate).astype(np.float32)


def write(file: Path, samples: Any, *, rate: int = RATE, **options: Any) -> Path:
    """Write a recording; its format is told by the extension unless it is given."""
    soundfile.write(file, samples, rate, **options)
    return file
