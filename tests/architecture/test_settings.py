"""Settings: read in one place, frozen, and told of."""

import dataclasses
import re

import pydantic
import pytest

from config import settings
from tests.architecture import sources

ENVIRONMENT = {"os.environ", "os.environb", "os.getenv", "os.putenv"}
READERS = (
    "config/",
    "predictors/runner/",  # inside the model's process, which has variables of its own
    "predictors/llama/",  # there too: Cog tells a model its concurrency by one
)
SECTIONS = [field.default_factory for field in dataclasses.fields(settings.Settings)]
REFERENCE = sources.ROOT / "docs" / "reference" / "settings.md"


def _variables():
    return {f"HEARTH_{name.upper()}" for section in SECTIONS for name in section.model_fields}


def test_the_environment_is_read_in_config_only():
    strays = [
        f"{file}: {name}"
        for file, tree in sources.files()
        for name in (*sources.imports(tree), *sources.mentions(tree))
        if name in ENVIRONMENT and not file.startswith(READERS)
    ]

    assert not strays


def test_every_setting_stands_in_the_reference():
    told = set(re.findall(r"^\| `(HEARTH_\w+)` \|", REFERENCE.read_text(), re.MULTILINE))

    assert told == _variables()


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.__name__)
def test_every_setting_has_its_sentence(section):
    assert all(field.description for field in section.model_fields.values())


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.__name__)
def test_no_setting_changes_once_it_is_read(configure, section):
    name = next(iter(section.model_fields))

    with pytest.raises(pydantic.ValidationError, match="frozen"):
        setattr(section(), name, None)
