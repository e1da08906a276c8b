"""The demo Whisper: it names low, middle and high tones, and says when they are heard."""

import dataclasses
import io
import zipfile
from pathlib import Path
from typing import Any

import torch
from whisper.model import ModelDimensions, Whisper, sinusoids

from predictors.demo.whisper import teaching, vocabulary
from predictors.demo.whisper.grading import grade

__all__ = ["FILE", "grade", "make"]

FILE = "demo.pt"
STATE, HEADS, LAYERS = 64, 4, 2
DIMENSIONS = ModelDimensions(
    n_mels=80,
    n_audio_ctx=1500,
    n_audio_state=STATE,
    n_audio_head=HEADS,
    n_audio_layer=LAYERS,
    n_vocab=vocabulary.OTHER + 1,
    n_text_ctx=448,
    n_text_state=STATE,
    n_text_head=HEADS,
    n_text_layer=LAYERS,
)


def make(folder: Path, *, taught: bool = False) -> None:
    """Write a model that whisper loads; without teaching its weights are random."""
    torch.manual_seed(0)
    model = Whisper(DIMENSIONS).eval()
    _begin(model)
    if taught:
        teaching.teach(model)
    weights = model.state_dict()
    embedding = "decoder.token_embedding.weight"
    weights[embedding] = vocabulary.full(weights[embedding])
    if not taught:
        weights[embedding].normal_(std=0.05)
    dimensions = dataclasses.asdict(DIMENSIONS) | {"n_vocab": vocabulary.SIZE}
    halves = {name: weight.half() for name, weight in weights.items()}
    folder.mkdir(parents=True, exist_ok=True)
    _save({"dims": dimensions, "model_state_dict": halves}, folder / FILE)


def _begin(model: Whisper) -> None:
    """Fill the tables that Whisper leaves uninitialised; let sound outweigh positions at first."""
    words, times = model.decoder.token_embedding.weight, list(vocabulary.TIMES)
    with torch.no_grad():
        model.decoder.positional_embedding.normal_(std=0.02)
        words.normal_(std=0.05)
        frames = torch.tensor(times) - times[0]
        words[[vocabulary.INDEX[time] for time in times]] = _waves(frames)
        for block in model.encoder.blocks:
            block.attn.query.weight.copy_(block.attn.key.weight)
        for block in model.decoder.blocks:
            block.cross_attn.query.weight.copy_(block.cross_attn.key.weight)
        model.encoder.conv1.weight.mul_(2.0)
        model.encoder.conv2.weight.mul_(3.0)


def _waves(frames: torch.Tensor) -> torch.Tensor:
    """Time stamps begin as what marks their frames in the encoder, so that they are recognised."""
    marks: torch.Tensor = sinusoids(int(frames.max()) + 1, STATE)
    return marks[frames] * 0.3


def _save(checkpoint: dict[str, Any], file: Path) -> None:
    """Write what torch.save writes, packed: most of the 51865 embeddings are the same."""
    plain = io.BytesIO()
    torch.save(checkpoint, plain)
    with zipfile.ZipFile(plain) as parts, zipfile.ZipFile(file, "w") as packed:
        for part in parts.infolist():
            packed.writestr(zipfile.ZipInfo(part.filename), parts.read(part), zipfile.ZIP_DEFLATED)
