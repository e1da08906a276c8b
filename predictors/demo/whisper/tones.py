"""The recordings that the demo Whisper hears: tones one after another, or sounds that are none."""

import math
from dataclasses import dataclass
from random import Random

import numpy as np
from numpy.typing import NDArray

RATE = 16_000
PITCHES = {"low": (150, 320), "middle": (500, 900), "high": (1400, 3000)}  # Hz
LOUDNESS = (0.02, 0.8)
LENGTHS = (0.8, 4.0)  # seconds of a tone
PAUSES = (0.2, 1.5)
SOME = 0.3  # the share of recordings that such a remainder begins
FADE = 0.01
REMAINDER = 0.25  # what a window may begin with of a tone that was named in the one before

Samples = NDArray[np.float32]


@dataclass(frozen=True)
class Tone:
    """One tone of a recording, its times in seconds."""

    name: str
    start: float
    end: float


@dataclass(frozen=True)
class Recording:
    """What is heard, and the tones in it."""

    samples: Samples
    tones: tuple[Tone, ...]


def record(chance: Random, seconds: float) -> Recording:
    """Tones that fill so many seconds; the last one may go on beyond their end."""
    tones = layout(chance, seconds)
    end = tones[-1].end if tones else REMAINDER
    before = Tone(chance.choice(list(PITCHES)), 0.0, chance.uniform(FADE, REMAINDER))
    is_after = tones and tones[0].start > REMAINDER and chance.random() < SOME
    heard = [before, *tones] if is_after else tones
    return Recording(_play(chance, heard, end + _pause(chance)), tuple(tones))


def layout(chance: Random, seconds: float) -> list[Tone]:
    """Which tones are heard when; two of a name never touch."""
    tones: list[Tone] = []
    at, names = _pause(chance), list(PITCHES)
    while at < seconds:
        tone = Tone(chance.choice(names), at, at + chance.uniform(*LENGTHS))
        pause = _pause(chance)
        at = tone.end + pause
        names = [name for name in PITCHES if pause or name != tone.name]
        tones.append(tone)
    return tones


def babble(chance: Random, seconds: float) -> Samples:
    """No tone at all: silence, noise, or something that hums and mumbles like speech."""
    noise = _noise(chance, seconds)
    sound = chance.choice((noise * 0, noise, np.cumsum(noise) / 60, _mumble(chance, seconds)))
    return np.float32(_logarithmic(chance, LOUDNESS)) * sound + noise * np.float32(1e-4)


def _play(chance: Random, tones: list[Tone], seconds: float) -> Samples:
    """The tones at random pitches and loudness, over a little noise."""
    samples = _noise(chance, seconds) * np.float32(10 ** chance.uniform(-6, -2.5))
    loudness = _logarithmic(chance, LOUDNESS)
    for tone in tones:
        first = round(tone.start * RATE)
        wave = _wave(chance, tone.name, tone.end - tone.start)
        part = wave[: len(samples) - first] * np.float32(loudness * chance.uniform(0.5, 1))
        samples[first : first + len(part)] += part
    return samples


def _wave(chance: Random, name: str, seconds: float) -> Samples:
    """A tone with weak overtones, faded in and out."""
    times = _times(seconds)
    turns = 2 * math.pi * _logarithmic(chance, PITCHES[name]) * times
    overtones = chance.choice((0.0, chance.uniform(0, 0.3)))
    wave = sum(overtones**n * np.sin((n + 1) * turns) for n in range(3 if overtones else 1))
    faded = wave * np.clip(np.minimum(times, seconds - times) / FADE, 0, 1)
    return np.asarray(faded, dtype=np.float32)


def _mumble(chance: Random, seconds: float) -> Samples:
    """A gliding hum of many overtones that swells and fades with each syllable."""
    times = _times(seconds)
    glide = 1 + 0.3 * np.sin(2 * math.pi * chance.uniform(0.3, 2) * times)
    turns = 2 * math.pi * np.cumsum(chance.uniform(90, 250) * glide) / RATE
    hum = sum(chance.random() * np.sin(n * turns) for n in range(1, 16)) / 5
    swell = np.sin(math.pi * chance.uniform(2, 6) * times) ** 2
    return np.asarray(hum * swell, dtype=np.float32)


def _times(seconds: float) -> Samples:
    return np.arange(round(seconds * RATE), dtype=np.float32) / np.float32(RATE)


def _noise(chance: Random, seconds: float) -> Samples:
    generator = np.random.default_rng(chance.getrandbits(32))
    return generator.standard_normal(round(seconds * RATE), dtype=np.float32)


def _pause(chance: Random) -> float:
    """Sometimes none."""
    return chance.choice((0.0, chance.uniform(*PAUSES)))


def _logarithmic(chance: Random, limits: tuple[float, float]) -> float:
    low, high = limits
    return float(low * (high / low) ** chance.random())
