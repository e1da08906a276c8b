"""The Whisper folder in its own process, with the taught demo model and a random one."""

import itertools
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from predictors import schema
from predictors.catalog import Entry
from predictors.child import Child, PredictionCanceled, PredictionFailed, SetupFailed
from predictors.events import Event, Log, Metric, Output
from tests.predictors.whispering import FOLDER, MEETING, RATE, SHIPPED, tone, write

INPUTS = [  # as on the public model's page: type, default
    ("audio", "string", None),
    ("model", None, "large-v3"),
    ("transcription", None, "plain text"),
    ("translate", "boolean", False),
    ("language", None, "auto"),
    ("temperature", "number", 0),
    ("patience", "number", None),
    ("suppress_tokens", "string", "-1"),
    ("initial_prompt", "string", None),
    ("condition_on_previous_text", "boolean", True),
    ("temperature_increment_on_fallback", "number", 0.2),
    ("compression_ratio_threshold", "number", 2.4),
    ("logprob_threshold", "number", -1),
    ("no_speech_threshold", "number", 0.6),
]
OUTPUTS = [  # type, whether it may be null
    ("detected_language", "string", None),
    ("transcription", "string", None),
    ("segments", "array", None),
    ("translation", "string", True),
    ("txt_file", "string", True),
    ("srt_file", "string", True),
]
SEGMENT = {
    *("id", "seek", "start", "end", "text", "tokens"),
    *("temperature", "avg_logprob", "compression_ratio", "no_speech_prob"),
}
PROGRESS = re.compile(r"^\s*(\d+)%\s*\|.+?\|\s*(\d+)\/(\d+)", re.MULTILINE)
HEARD = "low tone. high tone. middle tone."
IDS = map(str, itertools.count())


@dataclass
class Run:
    """What one prediction said."""

    output: Any = None
    logs: str = ""
    metrics: dict[str, Any] = field(default_factory=dict)

    def add(self, event: Event) -> None:
        match event:
            case Output(value):
                self.output = value
            case Log(text):
                self.logs += text
            case Metric(name, value):
                self.metrics[name] = value


def run(child: Child, audio: Path = MEETING, **inputs: Any) -> Run:
    result = Run()
    for event in child.events(next(IDS), {"audio": audio, **inputs}):
        result.add(event)
    return result


def child_with(weights: Path) -> Child:
    entry = Entry(
        owner="openai",
        name="whisper",
        version="0" * 64,
        folder=FOLDER,
        entry_point="predict.py:Predictor",
        weights=str(weights),
        description=None,
        environment={},
    )
    return Child(entry, cancel_grace=10)


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The taught demo as base.pt, a random model as tiny.pt."""
    folder = tmp_path_factory.mktemp("weights")
    command = [sys.executable, "-m", "predictors.demo", "whisper", str(folder)]
    subprocess.run(command, check=True, capture_output=True, timeout=100)
    (folder / "demo.pt").rename(folder / "tiny.pt")
    shutil.copy(SHIPPED / "demo.pt", folder / "base.pt")
    return folder


@pytest.fixture(scope="module")
def child(weights: Path) -> Iterator[Child]:
    child = child_with(weights)
    child.start(timeout=60)
    yield child
    child.stop()


@pytest.fixture(scope="module")
def demo() -> Iterator[Child]:
    child = child_with(SHIPPED)
    child.start(timeout=60)
    yield child
    child.stop()


def schemas() -> dict[str, Any]:
    document: dict[str, Any] = schema.of_folder(FOLDER)["components"]["schemas"]
    return document


def test_the_inputs_are_those_of_the_public_model() -> None:
    about = schemas()["Input"]
    inputs = sorted(about["properties"].items(), key=lambda item: item[1]["x-order"])

    assert [(name, each.get("type"), each.get("default")) for name, each in inputs] == INPUTS
    assert about["required"] == ["audio"]
    assert not any({"minimum", "maximum"} & each.keys() for _, each in inputs)


def test_the_choices_are_those_of_the_public_model() -> None:
    choices = {name: schemas()[name]["enum"] for name in ("model", "transcription", "language")}

    assert len(choices["model"]) == 14
    assert choices["transcription"] == ["plain text", "srt", "vtt"]
    assert len(choices["language"]) == 213


def test_the_output_is_that_of_the_public_model() -> None:
    output = schemas()["Output"]
    fields = output["properties"].items()

    assert [(name, each["type"], each.get("nullable")) for name, each in fields] == OUTPUTS
    assert output["properties"]["segments"]["items"]["properties"].keys() == SEGMENT
    assert output["required"] == ["detected_language", "transcription", "segments"]


def test_the_demo_model_hears_the_tones_of_the_article_s_recording(demo: Child) -> None:
    article = {"model": "large-v3", "language": "en", "translate": False}

    result = run(demo, transcription="plain text", **article)

    assert list(result.output) == [name for name, *_ in OUTPUTS]
    assert result.output["transcription"] == HEARD
    assert result.output["detected_language"] == "english"
    assert result.output["translation"] is None
    assert all(segment.keys() == SEGMENT for segment in result.output["segments"])
    assert "Transcribe with large-v3 model, here demo.pt\n" in result.logs


def test_subtitles_have_times(demo: Child) -> None:
    srt = run(demo, transcription="srt").output["transcription"]
    vtt = run(demo, transcription="vtt").output["transcription"]

    assert re.match(r"1\n00:00:00,\d{3} --> 00:00:02,\d{3}\nlow tone.\n\n2\n", srt)
    assert re.match(r"WEBVTT\n\n00:00:00.\d{3} --> 00:00:02.\d{3}\nlow tone.\n\n", vtt)


def test_a_translation_stands_beside_the_transcript(demo: Child) -> None:
    output = run(demo, translate=True, language="German").output

    assert output["translation"] == HEARD
    assert output["detected_language"] == "german"


def test_length_and_language_are_metrics(demo: Child) -> None:
    metrics = run(demo).metrics

    assert metrics == {"audio_duration": pytest.approx(7, abs=0.1), "detected_language": "english"}


def test_patience_and_a_prompt_leave_what_is_clear_as_it_is(demo: Child) -> None:
    wishes = {"patience": 1.0, "initial_prompt": "Minutes of the meeting:", "suppress_tokens": ""}

    assert run(demo, **wishes).output["transcription"] == HEARD


def test_more_than_a_window_is_heard_to_its_end(demo: Child, tmp_path: Path) -> None:
    pause = np.zeros(RATE)
    sounds = [tone(pitch, 3) * 0.5 for pitch in (220, 660, 2000)]
    parts = [part for sound in sounds * 4 for part in (sound, pause)]

    file = write(tmp_path / "long.wav", np.concatenate(parts))
    output = run(demo, file, condition_on_previous_text=False).output

    assert output["transcription"] == " ".join(["low tone. middle tone. high tone."] * 4)
    assert output["segments"][-1]["end"] == pytest.approx(47, abs=0.6)


def test_noise_is_no_tone_and_ends_soon(demo: Child, tmp_path: Path) -> None:
    noise = np.random.default_rng(0).uniform(-0.3, 0.3, RATE * 40)

    output = run(demo, write(tmp_path / "noise.wav", noise)).output

    assert output["transcription"] == ""
    assert {segment["temperature"] for segment in output["segments"]} <= {0}


def test_progress_is_told_in_the_form_that_clients_parse(demo: Child, tmp_path: Path) -> None:
    file = write(tmp_path / "long.wav", np.tile(tone(220, 2) * 0.5, 40))

    logs = run(demo, file, temperature_increment_on_fallback=0).logs

    done = [tuple(map(int, found)) for found in PROGRESS.findall(logs)]
    assert done[0] == (0, 0, 8000)
    assert done[-1] == (100, 8000, 8000)


MODELS = ("base", "tiny", "base")


def test_another_model_is_loaded_when_it_is_asked_for(child: Child, weights: Path) -> None:
    heard = [run(child, model=model, temperature_increment_on_fallback=0) for model in MODELS]

    assert f"Loaded {weights / 'base.pt'} on cpu in " in child.setup_logs
    assert [f"Loaded {weights / 'tiny.pt'}" in each.logs for each in heard] == [False, True, False]
    assert heard[0].output == heard[2].output != heard[1].output


def test_a_model_that_is_not_installed_fails_the_prediction(child: Child) -> None:
    with pytest.raises(PredictionFailed, match=r"large-v3 is not installed .* one of base, tiny"):
        run(child)


@pytest.mark.parametrize(
    ("inputs", "reason"),
    [
        ({"language": "yue"}, "language Cantonese is unknown to this model"),
        ({"suppress_tokens": "a"}, "suppress_tokens"),
        ({"suppress_tokens": "60000"}, "suppress_tokens must lie between -1 and 51864"),
        ({"audio": Path(__file__)}, "audio is no|audio holds no"),
    ],
    ids=str,
)
def test_what_cannot_be_done_fails_one_prediction_alone(
    demo: Child, inputs: dict[str, Any], reason: str
) -> None:
    pid = demo.pid

    with pytest.raises(PredictionFailed, match=reason):
        run(demo, **inputs)

    assert run(demo).output["transcription"] == HEARD
    assert demo.pid == pid


def test_a_canceled_recording_stops_at_once_and_the_loaded_model_serves_the_next(
    child: Child, tmp_path: Path
) -> None:
    before = run(child, model="base").output
    pid, canceled = child.pid, Run()
    noise = np.random.default_rng(0).uniform(-0.3, 0.3, RATE * 600)

    with pytest.raises(PredictionCanceled):
        cancel_at_first_progress(child, write(tmp_path / "long.wav", noise), canceled)

    assert PROGRESS.findall(canceled.logs)[-1][0] != "100"
    assert run(child, model="base").output == before
    assert child.pid == pid


def cancel_at_first_progress(child: Child, audio: Path, result: Run) -> None:
    prediction_id = next(IDS)
    for event in child.events(prediction_id, {"audio": audio, "model": "tiny"}):
        result.add(event)
        if PROGRESS.search(result.logs):
            child.cancel(prediction_id)


def test_setup_without_weights_says_what_to_do(tmp_path: Path) -> None:
    child = child_with(tmp_path)

    with pytest.raises(SetupFailed, match="Set COG_WEIGHTS to a folder"):
        child.start(timeout=60)
