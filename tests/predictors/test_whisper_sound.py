"""Reading recordings of all kinds, and refusing what is none."""

import shutil
import struct
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tests.predictors.whispering import MEETING, RATE, modules, tone, write

__all__ = ["modules"]
FFMPEG = shutil.which("ffmpeg")


@pytest.fixture
def without_ffmpeg(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")


def resampled(whispering: Any, samples: Any, rate: int) -> torch.Tensor:
    resampler = whispering("resampling").Resampler(rate)
    pieces = torch.from_numpy(samples).split(9973)
    return torch.cat([*map(resampler.add, pieces), resampler.rest()])


@pytest.mark.parametrize("rate", [8000, 11_025, 22_050, 44_100, 48_000, 96_000, 655_350, 12_347])
def test_a_tone_is_the_same_tone_at_another_rate(whispering: Any, rate: int) -> None:
    heard = resampled(whispering, tone(440, rate=rate), rate)

    spectrum = torch.fft.rfft(heard[:RATE]).abs()
    assert abs(len(heard) - RATE) <= 1
    assert spectrum.argmax() == 440
    assert heard[1000:-1000].abs().max() == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize("pitch", [8400, 9000, 15_000, 21_000])
def test_what_is_too_high_for_the_new_rate_is_not_heard_as_something_else(
    whispering: Any, pitch: int
) -> None:
    heard = resampled(whispering, tone(pitch, rate=44_100), 44_100)

    assert heard[1000:-1000].abs().max() < 1e-3


@pytest.mark.parametrize(
    ("extension", "options"),
    [
        ("wav", {"subtype": "PCM_U8"}),
        ("wav", {"subtype": "PCM_24"}),
        ("wav", {"subtype": "FLOAT"}),
        ("flac", {}),
        ("ogg", {}),
        ("ogg", {"subtype": "OPUS"}),
        ("mp3", {}),
        ("aiff", {}),
    ],
    ids=lambda value: value if isinstance(value, str) else "".join(value.values()),
)
def test_a_format_is_known_by_its_content(
    whispering: Any, tmp_path: Path, extension: str, options: dict[str, str]
) -> None:
    stereo = np.stack([tone(440, 2, rate=48_000) * 0.8, tone(440, 2, rate=48_000) * 0.4], axis=1)
    file = write(tmp_path / f"a.{extension}", stereo, rate=48_000, **options)

    heard = whispering("sound").read(file.rename(tmp_path / "recording.txt"))

    assert len(heard) == pytest.approx(2 * RATE, abs=50)
    assert heard.abs().max() == pytest.approx(0.6, abs=0.2)
    assert torch.fft.rfft(heard[:RATE]).abs().argmax() == 440


def test_an_mp3_that_does_not_say_how_long_it_is_is_read_to_its_end(
    whispering: Any, tmp_path: Path
) -> None:
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, RATE * 5).astype(np.float32)
    samples = np.concatenate([noise, tone(440, 20) * 0.01])
    file = write(tmp_path / "a.mp3", samples, bitrate_mode="VARIABLE")
    file.write_bytes(file.read_bytes().replace(b"Xing", b"\0\0\0\0", 1))

    heard = whispering("sound").read(file)

    assert len(heard) == pytest.approx(25 * RATE, abs=RATE / 2)


def test_numbers_that_are_no_sound_are_made_harmless(whispering: Any, tmp_path: Path) -> None:
    samples = np.array([np.nan, np.inf, -np.inf, 1e30, 0.5] * 100, dtype=np.float32)
    file = write(tmp_path / "a.wav", samples, subtype="FLOAT")

    heard = whispering("sound").read(file)

    assert heard.isfinite().all()
    assert heard.abs().max() < 1.1


def no_recordings(folder: Path) -> dict[str, tuple[bytes, str]]:
    wav = write(folder / "a.wav", tone(440)).read_bytes()
    flac = write(folder / "a.flac", tone(440, 5)).read_bytes()
    unknown = "no WAV, FLAC, OGG or MP3"
    return {
        "empty": (b"", "empty file"),
        "no samples": (write(folder / "b.wav", tone(440, 0)).read_bytes(), "0 seconds"),
        "text": (b"Minutes of the meeting\n" * 50, unknown),
        "picture": (b"\x89PNG\r\n\x1a\n" + bytes(500), unknown),
        "cut in its header": (wav[:30], unknown),
        "cut off": (flac[: len(flac) // 2], "damaged or cut off"),
        "damaged": (flac[:5000] + b"x" * 5000 + flac[10_000:], "damaged or cut off"),
    }


@pytest.mark.parametrize(
    "kind", ["empty", "no samples", "text", "picture", "cut in its header", "cut off", "damaged"]
)
@pytest.mark.usefixtures("without_ffmpeg")
def test_what_is_no_recording_is_refused_in_a_sentence(
    whispering: Any, tmp_path: Path, kind: str
) -> None:
    content, reason = no_recordings(tmp_path)[kind]
    file = tmp_path / "recording.mp3"
    file.write_bytes(content)

    with pytest.raises(ValueError, match=f"^audio (is|holds).*{reason}"):
        whispering("sound").read(file)


def test_three_hours_are_refused_before_they_are_read(whispering: Any, tmp_path: Path) -> None:
    size = 3 * 3600 * 8000
    file = tmp_path / "long.wav"
    with file.open("wb") as wav:
        wav.write(b"RIFF" + struct.pack("<I", size + 36) + b"WAVEfmt ")
        wav.write(struct.pack("<IHHIIHH", 16, 1, 1, 8000, 8000, 1, 8))
        wav.write(b"data" + struct.pack("<I", size))
        wav.truncate(44 + size)

    with pytest.raises(ValueError, match="audio is longer than 2 hours"):
        whispering("sound").read(file)


def test_a_recording_of_unknown_length_is_read_no_further_than_the_limit(
    whispering: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = whispering("sound")
    monkeypatch.setattr(sound, "LONGEST", 3)

    with pytest.raises(ValueError, match="audio is longer than"):
        sound.read(MEETING)


@pytest.mark.skipif(FFMPEG is None, reason="ffmpeg is not installed")
@pytest.mark.parametrize("extension", ["m4a", "webm", "mkv"])
def test_ffmpeg_reads_other_formats(whispering: Any, tmp_path: Path, extension: str) -> None:
    file = tmp_path / f"a.{extension}"
    command = [str(FFMPEG), "-v", "error", "-i", str(MEETING), str(file)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, timeout=60)

    heard = whispering("sound").read(file.rename(tmp_path / "-i recording.txt"))

    assert len(heard) == pytest.approx(7 * RATE, abs=RATE / 4)


@pytest.mark.skipif(FFMPEG is None, reason="ffmpeg is not installed")
@pytest.mark.parametrize("source", ["testsrc=duration=1", "playlist", "text"])
def test_what_ffmpeg_cannot_hear_is_refused(whispering: Any, tmp_path: Path, source: str) -> None:
    file = tmp_path / "a.mp4"
    if source == "playlist":
        file.write_text(f"#EXTM3U\n#EXTINF:7,\nfile://{MEETING}\n#EXT-X-ENDLIST\n")
    elif source == "text":
        file.write_text("Minutes of the meeting\n")
    else:
        command = [str(FFMPEG), "-v", "error", "-f", "lavfi", "-i", source, str(file)]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL, timeout=60)

    with pytest.raises(ValueError, match="audio holds no sound that ffmpeg can read"):
        whispering("sound").read(file)
