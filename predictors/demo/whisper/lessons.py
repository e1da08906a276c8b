"""What the demo Whisper is taught: the sound of one window, and the tokens to write for it."""

import itertools
from dataclasses import dataclass
from random import Random

import torch
import whisper

from predictors.demo.whisper import tones, vocabulary
from predictors.demo.whisper.tones import Recording, Tone
from predictors.demo.whisper.vocabulary import TOKENIZER

FRAMES = 100  # a second, in Whisper's spectrogram
WINDOW, PART = 30.0, 10.0  # seconds
SHORTEST = 0.1
BABBLE, UNPROMPTED = 0.15, 0.7  # shares of all lessons
UNKNOWN = 0  # any token that is not used
LATEST_START = 1.0  # Whisper allows no later first time stamp
PADDING = 3200  # samples, so that the last frames are whole
PROMPT = 223  # Whisper's own limit


@dataclass(frozen=True)
class Lesson:
    """A spectrogram and what is to be written: prompt, start of the transcript, transcript."""

    mel: torch.Tensor
    begin: float  # where in the window it stands, in seconds
    changes: list[tuple[float, int]]  # until when, in seconds, there is which word or none
    prompt: list[int]
    start: list[int]
    transcript: list[int]
    heard: int  # what the first token of the start is to be followed by


def part(chance: Random) -> Lesson:
    """A third of a window, from its begin or from anywhere in it."""
    begin = chance.choice((0.0, chance.uniform(0, WINDOW - PART)))
    length = chance.uniform(SHORTEST, PART - tones.LENGTHS[1])
    return _lesson(chance, _recording(chance, length), PART, begin)


def whole(chance: Random) -> Lesson:
    """A whole window; in half of them the last tone goes on after it."""
    length = chance.choice((WINDOW, chance.uniform(SHORTEST, WINDOW - tones.LENGTHS[1])))
    return _lesson(chance, _recording(chance, length), WINDOW, 0.0)


def _recording(chance: Random, seconds: float) -> Recording:
    if chance.random() < BABBLE:
        return Recording(tones.babble(chance, seconds), ())
    return tones.record(chance, seconds)


def _lesson(chance: Random, recording: Recording, seconds: float, begin: float) -> Lesson:
    return Lesson(
        mel=_mel(recording.samples, seconds),
        begin=begin,
        changes=_changes(recording.tones),
        prompt=_prompt(chance),
        start=_start(chance),
        transcript=[*transcript(recording.tones, begin), TOKENIZER.eot],
        heard=TOKENIZER.sot_sequence[1] if recording.tones else TOKENIZER.no_speech,
    )


def _changes(heard: tuple[Tone, ...]) -> list[tuple[float, int]]:
    ends = [
        end
        for tone in heard
        for end in ((tone.start, UNKNOWN), (tone.end, vocabulary.WORDS[tone.name][0]))
    ]
    return [*ends, (2 * WINDOW, UNKNOWN)]


def _mel(samples: tones.Samples, seconds: float) -> torch.Tensor:
    """As transcribe() makes it: what comes after the sound's end is 0.0, not silence."""
    sound = torch.from_numpy(samples)
    mel = whisper.log_mel_spectrogram(sound, padding=PADDING)[:, : len(sound) // 160]
    padded: torch.Tensor = whisper.pad_or_trim(mel, round(seconds * FRAMES))
    return padded


def transcript(heard: tuple[Tone, ...], begin: float) -> list[int]:
    """The whole tones with their times; of one that is cut off, its start, unless it is alone."""
    if not heard:
        return [vocabulary.time(0)]
    latest = WINDOW if begin else LATEST_START
    tokens: list[int] = []
    for tone in heard:
        start, end = min(tone.start + begin, latest), tone.end + begin
        if end > WINDOW and tokens:
            return [*tokens, vocabulary.time(start)]
        tokens += vocabulary.text(Tone(tone.name, start, min(end, WINDOW)))
        latest = WINDOW
    return tokens


def _prompt(chance: Random) -> list[int]:
    """What was written of the windows before, or any text; mostly nothing."""
    if chance.random() < UNPROMPTED:
        return []
    named = [vocabulary.text(tone) for tone in tones.layout(chance, WINDOW - PART)]
    said = chance.choice((list(itertools.chain(*named * 9)), [UNKNOWN] * PROMPT))
    return [TOKENIZER.sot_prev, *said[-chance.randint(1, PROMPT) :]]


def _start(chance: Random) -> list[int]:
    """Whatever language and task are asked for, a tone is named in English."""
    sot, english, task = TOKENIZER.sot_sequence
    language = chance.choice((english, english, chance.choice(TOKENIZER.all_language_tokens)))
    return [sot, language, chance.choice((task, task, TOKENIZER.translate))]
