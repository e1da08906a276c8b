"""Reads a recording as Whisper hears it: one channel, 16,000 samples a second.

What a file is, its content tells and not its name. Most need no other program: libsndfile reads
WAV, FLAC, OGG, MP3 and AIFF in this process, piece by piece. The rest is left to ffmpeg.
"""

from collections.abc import Iterator
from io import FileIO
from pathlib import Path

import soundfile
import torch

import transcoding
from resampling import RATE, Resampler

LONGEST = 2 * 60 * 60  # seconds; the samples of an hour are 230 MB, its spectrogram as much again
PIECE = 2**20  # samples read at once


def read(path: Path) -> torch.Tensor:
    """The samples; raises ValueError with a sentence for the client where there are none."""
    if not path.stat().st_size:
        raise ValueError("audio is an empty file; send a recording.")
    with FileIO(path) as file:
        is_known = _is_sound(file)
        samples = _read(file) if is_known else transcoding.read(path, seconds=LONGEST + 1)
    if not len(samples):
        raise ValueError("audio holds no sound: it is 0 seconds long; send a recording.")
    _check_length(len(samples) / RATE)
    return samples


def _is_sound(file: FileIO) -> bool:
    """Whether libsndfile knows what begins here."""
    begin = file.tell()
    try:
        _open(file).close()
    except soundfile.LibsndfileError:
        return False
    finally:
        file.seek(begin)
    return True


def _open(file: FileIO) -> soundfile.SoundFile:
    """Open what begins here; known by its number alone, so that no extension can mislead."""
    return soundfile.SoundFile(file.fileno(), closefd=False)


def _read(file: FileIO) -> torch.Tensor:
    pieces: list[torch.Tensor] = []
    seconds = 0.0
    try:
        for piece in _pieces(file):
            pieces.append(piece)
            seconds += len(piece) / RATE
            _check_length(seconds)
    except soundfile.LibsndfileError as error:
        raise ValueError("audio is damaged or cut off; send the whole recording.") from error
    return torch.cat(pieces)


def _pieces(file: FileIO) -> Iterator[torch.Tensor]:
    for sound in _sounds(file):
        if sound.format != "MP3":  # of those the length is a guess
            _check_length(sound.frames / sound.samplerate)
        resampler = Resampler(sound.samplerate)
        while len(block := sound.read(PIECE // sound.channels, dtype="float32", always_2d=True)):
            mono = torch.from_numpy(block.mean(axis=1)).nan_to_num().clamp(-1, 1)
            yield resampler.add(mono)
        yield resampler.rest()


def _sounds(file: FileIO) -> Iterator[soundfile.SoundFile]:
    """What follows each other in the file: one sound, or an MP3's parts.

    Where an MP3 does not say how long it is, libsndfile guesses, and may end too early.
    """
    begin = -1
    while begin < file.tell() and _is_sound(file):
        begin = file.tell()
        with _open(file) as sound:
            yield sound
            if sound.format != "MP3":
                return


def _check_length(seconds: float) -> None:
    if seconds > LONGEST:
        raise ValueError(
            f"audio is longer than {LONGEST // 3600} hours, the longest recording that is "
            "transcribed here; send it in parts."
        )
