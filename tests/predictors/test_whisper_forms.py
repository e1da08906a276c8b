"""What the Whisper folder does apart from any model: forms, names, languages, wishes."""

from pathlib import Path
from typing import Any

import pytest
from whisper import _MODELS
from whisper.tokenizer import LANGUAGES, TO_LANGUAGE_CODE

from predictors.whisper import installed, languages, listening, subtitles

WRITTEN = {
    "text": " R&D <now>. One --> two.",
    "segments": [
        {"start": 0.0, "end": 1.5, "text": " R&D <now>."},
        {"start": 1.5, "end": 2.0, "text": ""},
        {"start": 3599.9996, "end": 36_001.25, "text": " One --> two."},
    ],
}
SRT = """1
00:00:00,000 --> 00:00:01,500
R&D <now>.

2
01:00:00,000 --> 10:00:01,250
One -> two.
"""
VTT = """WEBVTT

00:00:00.000 --> 00:00:01.500
R&amp;D &lt;now&gt;.

01:00:00.000 --> 10:00:01.250
One -&gt; two.
"""


@pytest.mark.parametrize(
    ("form", "text"),
    [("plain text", "R&D <now>. One --> two."), ("srt", SRT), ("vtt", VTT)],
)
def test_a_transcript_has_the_form_that_is_asked_for(form: str, text: str) -> None:
    assert subtitles.FORMS[form](WRITTEN) == text


@pytest.mark.parametrize(("form", "text"), [("plain text", ""), ("srt", ""), ("vtt", "WEBVTT\n")])
def test_nothing_said_is_an_empty_transcript(form: str, text: str) -> None:
    assert subtitles.FORMS[form]({"text": "", "segments": []}) == text


def test_the_languages_are_those_of_whisper_by_code_and_by_name() -> None:
    names = {name.title(): code for name, code in TO_LANGUAGE_CODE.items()}
    choices = ["auto", *sorted(LANGUAGES), *sorted(names)]

    assert choices == languages.CHOICES
    assert {code: name.lower() for code, name in languages.LANGUAGES.items()} == LANGUAGES
    assert {name: languages.code(name) for name in names} == names
    assert languages.code("yue") == "yue"
    assert languages.code("auto") is None


def test_the_models_are_those_of_whisper() -> None:
    assert set(installed.NAMES) == set(_MODELS)


def folder(place: Path, *names: str) -> str:
    for name in names:
        (place / name).touch()
    return str(place)


@pytest.mark.parametrize(
    ("files", "name", "found"),
    [
        (["tiny.pt", "base.pt"], "base", "base.pt"),
        (["large-v3.pt", "base.pt"], "large", "large-v3.pt"),
        (["turbo.pt", "base.pt"], "large-v3-turbo", "turbo.pt"),
        (["demo.pt"], "large-v3", "demo.pt"),
        (["demo.pt"], "tiny.en", "demo.pt"),
    ],
)
def test_a_model_is_found_by_its_name(
    tmp_path: Path, files: list[str], name: str, found: str
) -> None:
    assert installed.find(folder(tmp_path, *files)).find(name).name == found


def test_a_model_that_is_not_there_is_refused_with_a_list_of_those_that_are(tmp_path: Path) -> None:
    models = installed.find(folder(tmp_path, "tiny.pt", "base.en.pt", "notes.pt"))

    with pytest.raises(ValueError, match=r"model large-v3 .* choose one of base\.en, tiny\."):
        models.find("large-v3")


@pytest.mark.parametrize(
    ("files", "first"),
    [(["tiny.pt", "large-v3.pt"], "large-v3.pt"), (["tiny.pt"], "tiny.pt"), (["x.pt"], "x.pt")],
)
def test_the_default_is_loaded_first_if_it_is_there(
    tmp_path: Path, files: list[str], first: str
) -> None:
    assert installed.find(folder(tmp_path, *files)).first().name == first


@pytest.mark.parametrize("files", [[], ["model.safetensors"], ["one.pt", "two.pt"]])
def test_a_folder_without_known_models_says_what_to_do(tmp_path: Path, files: list[str]) -> None:
    with pytest.raises(installed.WeightsMissing, match="Set COG_WEIGHTS to a folder"):
        installed.find(folder(tmp_path, *files))


def test_the_file_of_a_model_serves_as_its_folder(tmp_path: Path) -> None:
    folder(tmp_path, "tiny.pt", "base.pt")

    assert installed.find(str(tmp_path / "tiny.pt")).first().name == "tiny.pt"


@pytest.mark.parametrize(
    ("wishes", "temperatures"),
    [
        ({}, [0, 0.2, 0.4, 0.6, 0.8, 1.0]),
        ({"temperature": 0.5, "temperature_increment_on_fallback": 0.25}, [0.5, 0.75, 1.0]),
        ({"temperature": 1.5}, [1.5]),
        ({"temperature_increment_on_fallback": 3}, [0]),
        ({"temperature_increment_on_fallback": None}, [0]),
        ({"temperature_increment_on_fallback": 0}, [0]),
    ],
    ids=str,
)
def test_temperatures_rise_to_one(wishes: dict[str, Any], temperatures: list[float]) -> None:
    options = listening.Wishes(**wishes).options(vocabulary=100)

    assert options["temperature"] == pytest.approx(tuple(temperatures))


@pytest.mark.parametrize(
    ("text", "tokens"), [("-1", [-1]), ("", []), ("0, 5,99", [0, 5, 99]), ("-1,7", [-1, 7])]
)
def test_tokens_to_suppress_are_numbers_with_commas(text: str, tokens: list[int]) -> None:
    options = listening.Wishes(suppress_tokens=text).options(vocabulary=100)

    assert options["suppress_tokens"] == tokens


def test_patience_looks_along_several_beams() -> None:
    options = listening.Wishes(patience=1.5).options(vocabulary=100)

    assert (options["patience"], options["beam_size"]) == (1.5, 5)
    assert "beam_size" not in listening.Wishes().options(vocabulary=100)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("temperature", -0.1),
        ("patience", 0),
        ("initial_prompt", "Minutes <|endoftext|>"),
        ("suppress_tokens", "one"),
        ("suppress_tokens", "100"),
        ("suppress_tokens", "-2"),
        ("temperature_increment_on_fallback", 0.001),
        ("temperature_increment_on_fallback", -0.2),
    ],
)
def test_a_wish_that_cannot_be_met_is_refused_by_name(field: str, value: Any) -> None:
    with pytest.raises(ValueError, match=f"^{field}"):
        listening.Wishes(**{field: value}).options(vocabulary=100)
