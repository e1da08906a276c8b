"""The catalogue of real weights names things that fit together, entry by entry."""

import ast
import re

import pytest

from config import settings
from predictors import catalog, sources
from predictors.catalog import Entry
from predictors.sources import Kind

FILE = settings.ROOT / "config" / "models.gpu.toml"
REFS = re.findall(r'^name = "(.+)"$', FILE.read_text(), re.MULTILINE)
ARTICLE = {
    "stability-ai/sdxl": "7762fd07cf82c948538e41f63f77d685e02b063e37e496e96eefd46c929f9bdc",
    "openai/whisper": "cdd97b257f93cb89dede1c7584df59efd8f09f98c99a9f02e1a23c6cf6ba7ab3",
    "salesforce/blip-2": "4b32258c42e9efd4288bb9910bc532a69727f9acd26aa08e175713a0a857a608",
}


@pytest.fixture(scope="module")
def entries() -> tuple[Entry, ...]:
    return catalog.read(FILE)


@pytest.fixture(params=REFS)
def entry(entries: tuple[Entry, ...], request: pytest.FixtureRequest) -> Entry:
    return catalog.find(entries, request.param)


def functions(entry: Entry) -> dict[str, ast.AST]:
    """The functions of the predictor, by name."""
    tree = ast.parse((entry.folder / entry.entry_point.partition(":")[0]).read_text())
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name: node for node in ast.walk(tree) if isinstance(node, kinds)}


def test_the_names_and_versions_are_those_people_know(entries: tuple[Entry, ...]):
    versions = {entry.ref: entry.version for entry in entries}

    assert versions | ARTICLE == versions
    assert len(set(versions.values())) == len(entries)


def test_whoever_asks_for_a_model_finds_it_in_either_catalogue(entries: tuple[Entry, ...]):
    demo = catalog.read(settings.ROOT / "config" / "models.toml")

    assert {entry.ref for entry in demo} <= {entry.ref for entry in entries}


def test_batches_are_for_predictors_that_take_them(entry: Entry):
    inputs = entry.openapi_schema["components"]["schemas"]["Input"]["properties"]

    assert entry.batch_size == 1 or "predict_batch" in functions(entry)
    assert set(entry.batch_keys) <= set(inputs)


def test_many_at_once_are_for_predictors_that_wait(entry: Entry):
    predict = functions(entry)["predict"]

    assert entry.concurrency == 1 or isinstance(predict, ast.AsyncFunctionDef)


def test_weights_are_pinned_and_the_memory_they_take_on_a_gpu_is_told(entry: Entry):
    kind = sources.kind(entry.weights) if entry.weights else None

    assert kind is not Kind.PATH
    assert kind is not Kind.HUB or re.fullmatch("[0-9a-f]{40}", entry.weights_revision)
    assert entry.hardware == "cpu" or entry.memory_gb
