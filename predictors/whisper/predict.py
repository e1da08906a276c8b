"""Whisper: writes down what is said in a recording, with any checkpoint of openai-whisper."""

import dataclasses
import pathlib
import time
from typing import Any

from cog import BaseModel, BasePredictor, Input, Path, current_scope

import installed
import languages
from installed import NAMES
from languages import CHOICES, LANGUAGES
from listening import Wishes
from subtitles import FORMS


class Segment(BaseModel):
    """A piece of the transcript, as whisper makes it; times in seconds."""

    id: int
    seek: int
    start: float
    end: float
    text: str
    tokens: list[int]
    temperature: float
    avg_logprob: float
    compression_ratio: float
    no_speech_prob: float


class Transcript(BaseModel):
    """What was said; the two files are there for clients that know them, and always null."""

    detected_language: str
    transcription: str
    segments: list[Segment]
    translation: str | None
    txt_file: Path | None
    srt_file: Path | None


class Predictor(BasePredictor):
    """Holds one model and writes down one recording at a time."""

    def setup(self, weights: str | None = None) -> None:
        """Load the model that is asked for by default, or the first that is there."""
        from hearing import Ear

        self.installed = installed.find(weights)
        self.ear = Ear()
        self._take(self.installed.first())

    def predict(
        self,
        audio: Path = Input(
            description="Recording of at most 2 hours: WAV, FLAC, OGG, MP3, AIFF, or what ffmpeg "
            "reads where that is installed"
        ),
        model: str = Input(description="Which Whisper", choices=NAMES, default="large-v3"),
        transcription: str = Input(
            description="Form of the transcript",
            choices=list(FORMS),
            default="plain text",
        ),
        translate: bool = Input(description="Give an English translation too", default=False),
        language: str = Input(
            description="What is spoken; auto to find out", choices=CHOICES, default="auto"
        ),
        temperature: float = Input(description="Variety; 0 for none", default=0),
        patience: float | None = Input(
            description="Look for likelier texts, the longer the higher; 1 is usual", default=None
        ),
        suppress_tokens: str = Input(
            description="Token ids never to write, comma-separated; -1 for most special characters",
            default="-1",
        ),
        initial_prompt: str | None = Input(
            description="Text that the recording might follow, with its names and style",
            default=None,
        ),
        condition_on_previous_text: bool = Input(
            description="Show the model what it wrote before; without, it repeats itself less",
            default=True,
        ),
        temperature_increment_on_fallback: float | None = Input(
            description="Rise of the temperature where a text fails the thresholds below; "
            "null or 0 for none",
            default=0.2,
        ),
        compression_ratio_threshold: float = Input(
            description="A text that repeats itself more has failed (gzip's ratio)", default=2.4
        ),
        logprob_threshold: float = Input(
            description="A text that is less likely has failed (a token's mean log probability)",
            default=-1,
        ),
        no_speech_threshold: float = Input(
            description="Nothing is said where a text has failed and silence is likelier than this",
            default=0.6,
        ),
    ) -> Transcript:
        """Write the transcript, and the translation after it."""
        wishes = Wishes(
            language=languages.code(language),
            temperature=temperature,
            patience=patience,
            suppress_tokens=suppress_tokens,
            initial_prompt=initial_prompt,
            condition_on_previous_text=condition_on_previous_text,
            temperature_increment_on_fallback=temperature_increment_on_fallback,
            compression_ratio_threshold=compression_ratio_threshold,
            logprob_threshold=logprob_threshold,
            no_speech_threshold=no_speech_threshold,
        )
        file = self.installed.find(model)
        print(f"Transcribe with {model} model" + (f", here {file.name}" * (file.stem != model)))
        recording = self._read(audio)
        self._take(file)
        return self._write(recording, wishes, transcription, translate=translate)

    def _take(self, file: pathlib.Path) -> None:
        """Have this model loaded."""
        if file == self.ear.path:
            return
        started = time.perf_counter()
        self.ear.load(file)
        seconds = time.perf_counter() - started
        print(f"Loaded {file} on {self.ear.device} in {seconds:.1f} s")

    def _read(self, audio: Path) -> Any:
        import sound

        recording = sound.read(audio)
        current_scope().record_metric("audio_duration", len(recording) / sound.RATE)
        return recording

    def _write(self, recording: Any, wishes: Wishes, form: str, *, translate: bool) -> Transcript:
        written = self.ear.write(recording, wishes)
        detected = LANGUAGES[written["language"]].lower()
        current_scope().record_metric("detected_language", detected)
        translation = None
        if translate:
            wishes = dataclasses.replace(wishes, language=written["language"])
            translation = self.ear.write(recording, wishes, task="translate")["text"].strip()
        return Transcript(
            detected_language=detected,
            transcription=FORMS[form](written),
            segments=[_segment(each) for each in written["segments"]],
            translation=translation,
            txt_file=None,
            srt_file=None,
        )


def _segment(written: dict[str, Any]) -> Segment:
    return Segment(**{name: written[name] for name in Segment.__annotations__})
