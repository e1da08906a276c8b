"""Reads what only ffmpeg can: a program of its own, shown one file and no network."""

import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import torch

from resampling import RATE

PATIENCE = 600  # seconds
# Files of sound alone: a playlist would name other files of this machine.
FORMATS = (
    "aac,ac3,aiff,amr,ape,asf,au,avi,caf,dsf,dts,eac3,flac,flv,gsm,matroska,webm,mov,mp4,m4a,3gp,"
    "3g2,mj2,mp3,mpeg,mpegts,mxf,ogg,rm,tta,voc,w64,wav,wv"
)


def read(path: Path, *, seconds: int) -> torch.Tensor:
    """At most so many seconds; raises ValueError with a sentence for the client."""
    program = shutil.which("ffmpeg")
    if program is None:
        raise ValueError(
            "audio is no WAV, FLAC, OGG or MP3 recording. Send one of these, or have ffmpeg "
            "installed on the machine of this model: it reads most other formats."
        )
    with tempfile.TemporaryFile() as samples:
        command = [program, *_arguments(path.absolute(), seconds)]
        _run(command, samples.fileno())
        samples.seek(0)
        return torch.from_numpy(np.fromfile(samples, dtype=np.float32))


def _arguments(path: Path, seconds: int) -> list[str]:
    """Only what belongs to the file's first sound, as bare samples."""
    return [
        *("-nostdin", "-v", "error", "-protocol_whitelist", "file", "-format_whitelist", FORMATS),
        *("-i", f"file:{path}", "-map", "0:a:0", "-t", str(seconds)),
        *("-ac", "1", "-ar", str(RATE), "-f", "f32le", "pipe:1"),
    ]


def _run(command: list[str], output: int) -> None:
    """What ffmpeg has to say goes to the log."""
    try:
        subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=output, timeout=PATIENCE, check=True
        )
    except subprocess.TimeoutExpired as error:
        raise ValueError(f"audio took ffmpeg longer than {PATIENCE} seconds to read.") from error
    except subprocess.CalledProcessError as error:
        raise ValueError(
            "audio holds no sound that ffmpeg can read: it is damaged, or no recording. "
            "The log says more."
        ) from error
