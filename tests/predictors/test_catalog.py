"""The catalogue is read whole, or refused with the entry, the field and the remedy."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from config import settings
from predictors import catalog
from predictors.catalog import CatalogError
from tests import fakes

VERSION = "5c7d5dc6dd8bf75c1acaa8565735e7986bc5b66206b55cca93cb72c9bf15ccaa"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """An empty catalogue beside a model's folder."""
    shutil.copytree(fakes.FOLDERS / "echo", tmp_path / "model")
    return tmp_path / "models.toml"


def write(file: Path, *entries: dict[str, Any]) -> Path:
    text = ""
    for entry in entries:
        lines = {"name": "tests/echo", "folder": "model"} | entry
        text += "[[model]]\n" + "".join(f"{key} = {_toml(lines[key])}\n" for key in lines)
    file.write_text(text)
    return file


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_toml(each)}" for key, each in value.items()) + "}"
    return repr(value).lower() if isinstance(value, bool) else repr(value)


PINNED = {  # as code from the wild names them
    "replicate/hello-world": VERSION,
    "stability-ai/sdxl": "7762fd07cf82c948538e41f63f77d685e02b063e37e496e96eefd46c929f9bdc",
    "openai/whisper": "cdd97b257f93cb89dede1c7584df59efd8f09f98c99a9f02e1a23c6cf6ba7ab3",
    "salesforce/blip-2": "4b32258c42e9efd4288bb9910bc532a69727f9acd26aa08e175713a0a857a608",
}
UNPINNED = {
    "hearth/embeddings",
    "meta/meta-llama-3-8b-instruct",
    "meta/meta-llama-3.1-70b-instruct",
}


def test_the_catalogue_that_ships_is_in_order():
    entries = catalog.read(settings.ROOT / "config" / "models.toml")

    versions = {entry.ref: entry.version for entry in entries}
    assert versions.items() >= PINNED.items()
    assert versions.keys() - PINNED.keys() == UNPINNED
    assert entries[0].queue == "cpu.replicate.hello-world.5c7d5dc6dd8b"
    for entry in entries:
        assert entry.openapi_schema["components"]["schemas"]["Output"]["title"] == "Output"
    assert len({entry.version for entry in entries}) == len(entries)


def test_an_entry_has_defaults_for_all_but_name_and_folder(file: Path):
    [entry] = catalog.read(write(file, {}))

    assert (entry.owner, entry.name, entry.ref) == ("tests", "echo", "tests/echo")
    assert entry.folder == file.parent / "model"
    assert entry.entry_point == "predict.py:Predictor"
    assert (entry.hardware, entry.concurrency, entry.weights) == ("cpu", 1, None)
    assert (entry.min_instances, entry.max_instances, entry.idle_seconds) == (1, 1, 0)
    assert (entry.run_limit_seconds, entry.environment) == (1800, {})


def test_an_entry_says_all_it_can(file: Path):
    facts = {
        "version": VERSION,
        "hardware": "gpu-a100",
        "concurrency": 2,
        "min_instances": 0,
        "max_instances": 3,
        "idle_seconds": 60,
        "run_limit_seconds": 1.5,
        "description": "Echoes.",
        "environment": {"MODE": "fast"},
    }

    [entry] = catalog.read(write(file, facts))

    assert {name: getattr(entry, name) for name in facts} == facts


WEIGHTS = {
    "../w": lambda base: str(base.parent / "w"),
    "./w": lambda base: str(base / "w"),
    "/w": lambda base: "/w",
    "~/w": lambda base: str(Path("~/w").expanduser()),
    "meta-llama/Llama-3": lambda base: "meta-llama/Llama-3",
}


@pytest.mark.parametrize("weights", WEIGHTS)
def test_weights_are_a_path_from_the_catalogue_or_a_hubs_id(file: Path, weights: str):
    [entry] = catalog.read(write(file, {"weights": weights}))

    assert entry.weights == WEIGHTS[weights](file.parent)


def test_the_environment_of_the_catalogue_goes_before_that_of_cog_yaml(file: Path):
    with (file.parent / "model" / "cog.yaml").open("a") as cog:
        cog.write("environment: [MODE=slow, COLOR=red]\n")

    [entry] = catalog.read(write(file, {"environment": {"MODE": "fast"}}))

    assert entry.environment == {"MODE": "fast", "COLOR": "red"}


def test_a_version_is_the_hash_of_what_is_in_the_folder_wherever_it_stands(
    file: Path, tmp_path: Path
):
    moved = tmp_path / "moved"
    shutil.copytree(file.parent / "model", moved / "model")
    (moved / "model" / "__pycache__").mkdir(exist_ok=True)
    (moved / "model" / "__pycache__" / "a.pyc").touch()
    (moved / "model" / ".cache").touch()

    [here] = catalog.read(write(file, {"weights": "../w"}))
    [there] = catalog.read(write(moved / "models.toml", {"weights": "../w"}))

    assert here.version == there.version
    assert len(here.version) == 64


CHANGES: dict[str, dict[str, Any]] = {
    "name": {"name": "tests/other"},
    "weights": {"weights": "../w"},
    "content": {},
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_version_is_another_once_anything_changes(file: Path, change: str):
    [before] = catalog.read(write(file, {}))
    if change == "content":
        (file.parent / "model" / "more.txt").write_text("more")

    [after] = catalog.read(write(file, CHANGES[change]))

    assert after.version != before.version


REFUSALS: dict[str, tuple[dict[str, Any], str]] = {
    "a field we do not know": ({"colour": "red"}, "tests/echo: colour: Unexpected"),
    "no owner": ({"name": "echo"}, "echo: name: String should match"),
    "a name with a space": ({"name": "tests/e cho"}, "name: String should match"),
    "a short version": ({"version": "5c7d"}, "version: String should match"),
    "hardware with a dot": ({"hardware": "a.b"}, "hardware: String should match"),
    "no concurrency": ({"concurrency": 0}, "concurrency: Input should be greater"),
    "no batch": ({"batch_size": 0}, "batch_size: Input should be greater"),
    "two ways at once": ({"concurrency": 2, "batch_size": 2}, "are both above 1; choose one"),
    "a key that is no input": (
        {"batch_size": 2, "batch_keys": ["width"]},
        "batch_keys names width, which is no input",
    ),
    "negative instances": ({"min_instances": -1}, "min_instances: Input should be"),
    "more at least than at most": ({"min_instances": 2}, "raise max_instances"),
    "no time to run": ({"run_limit_seconds": 0}, "run_limit_seconds: Input should be"),
    "weights that are a number": ({"weights": 3}, "weights: Input should be a valid string"),
    "an environment that is a text": ({"environment": "A=b"}, "environment: Input should be"),
    "a reserved variable": ({"environment": {"HEARTH_A": "b"}}, "may not set HEARTH_A; choose"),
    "no such folder": ({"folder": "nowhere"}, "cog.yaml: cannot be read"),
}


@pytest.mark.parametrize(("facts", "message"), REFUSALS.values(), ids=REFUSALS.keys())
def test_an_entry_that_cannot_be_served_is_refused(file: Path, facts: dict[str, Any], message: str):
    with pytest.raises(CatalogError) as refused:
        catalog.read(write(file, facts))

    assert str(refused.value).startswith(f"{file}: [[model]] ")
    assert message in str(refused.value)


FILES = {
    "no TOML": ("[[model", "is no TOML"),
    "another table": ("[models]", "may hold [[model]] entries alone"),
    "one table": ("[model]\nname = 'a/b'", "may hold [[model]] entries alone"),
}


@pytest.mark.parametrize(("text", "message"), FILES.values(), ids=FILES.keys())
def test_a_file_that_is_no_catalogue_is_refused(file: Path, text: str, message: str):
    file.write_text(text)

    with pytest.raises(CatalogError) as refused:
        catalog.read(file)

    assert message in str(refused.value)


def test_a_catalogue_that_is_not_there_says_who_names_it(tmp_path: Path):
    with pytest.raises(CatalogError, match="let HEARTH_MODELS name the catalogue"):
        catalog.read(tmp_path / "models.toml")


def test_a_model_stands_there_once(file: Path):
    with pytest.raises(CatalogError, match="tests/echo stands there more than once; keep one"):
        catalog.read(write(file, {}, {}))


def test_a_model_that_is_not_there_is_answered_with_those_that_are(file: Path):
    entries = catalog.read(write(file, {}, {"name": "tests/other"}))

    assert catalog.find(entries, "tests/other").name == "other"
    with pytest.raises(
        CatalogError, match="no a/b in the catalogue; it has tests/echo, tests/other"
    ):
        catalog.find(entries, "a/b")
    with pytest.raises(CatalogError, match="it has nothing"):
        catalog.find((), "a/b")
