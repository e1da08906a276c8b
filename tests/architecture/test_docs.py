"""The documents say what is there: generated pages, commands, variables, links, dependencies."""

import dataclasses
import re
import subprocess
import sys
import tomllib

import click
import pytest

from config import settings
from predictors import catalog, events
from predictors.child import Child
from tasks import cli
from tests import documents

REFERENCE = documents.ROOT / "docs" / "reference"
DOCUMENTS = documents.all_of_them()
README, CONTRIBUTING = (documents.ROOT / name for name in ("README.md", "CONTRIBUTING.md"))
ADD_A_MODEL = documents.ROOT / "docs" / "howto" / "add-a-model.md"
NOT_SETTINGS = {"HEARTH_TEST_REQUIRE"}
LINK = re.compile(r"\]\((?!https?:)([^)#]+)(?:#([^)]*))?\)")


def _named(file):
    return file.relative_to(documents.ROOT).as_posix()


def _variables():
    fields = vars(settings.Settings())
    return {
        f"HEARTH_{name.upper()}" for part in fields.values() for name in type(part).model_fields
    }


def _anchors(file):
    headings = re.findall(r"^#+ (.*)$", file.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", each).strip().lower().replace(" ", "-") for each in headings}


def _dependencies():
    project = tomllib.loads((documents.ROOT / "pyproject.toml").read_text())
    extras = project["project"]["optional-dependencies"].values()
    listed = [
        project["project"]["dependencies"],
        *extras,
        project["dependency-groups"]["dev"],
        project["build-system"]["requires"],
    ]
    names = {re.match(r"[\w.-]+", each)[0] for group in listed for each in group}
    return names - {"hearth"}


def test_the_generated_pages_are_current(tmp_path):
    script = documents.ROOT / "docs" / "generate.py"

    subprocess.run([sys.executable, script, tmp_path], check=True, timeout=60)

    for page in tmp_path.iterdir():
        assert page.read_text() == (REFERENCE / page.name).read_text(), "run `make docs`"


@pytest.mark.parametrize("file", DOCUMENTS, ids=_named)
def test_every_command_it_shows_exists(file):
    targets = set(
        re.findall(r"^([a-z0-9-]+):", (documents.ROOT / "Makefile").read_text(), re.MULTILINE)
    )

    for line in documents.commands(file):
        for target in re.findall(r"\bmake ([a-z0-9-]+)", line):
            assert target in targets, line
        for name, inner in re.findall(r"\bhearth ([a-z]+)(?: ([a-z]+))?", line):
            command = cli.main.get_command(click.Context(cli.main), name)
            assert command, line
            assert not isinstance(command, click.Group) or inner in command.commands, line


@pytest.mark.parametrize("file", DOCUMENTS, ids=_named)
def test_every_variable_it_names_exists(file):
    named = set(re.findall(r"\bHEARTH_[A-Z_]*[A-Z]\b", file.read_text()))

    assert named <= _variables() | NOT_SETTINGS


@pytest.mark.parametrize("file", DOCUMENTS, ids=_named)
def test_every_link_leads_somewhere(file):
    for path, anchor in LINK.findall(file.read_text()):
        target = file.parent / path
        assert target.exists(), path
        assert not anchor or anchor in _anchors(target), f"{path}#{anchor}"


def test_every_document_can_be_reached_from_the_readme():
    reached, waiting = set(), [README]
    while waiting:
        file = waiting.pop().resolve()
        if file.suffix == ".md" and file not in reached:
            reached.add(file)
            waiting += [file.parent / path for path, _ in LINK.findall(file.read_text())]

    assert {_named(file) for file in DOCUMENTS} == {_named(file) for file in reached}


def test_the_model_of_the_howto_runs(tmp_path):
    folder = tmp_path / "models" / "shout"
    folder.mkdir(parents=True)
    catalogue = tmp_path / "config" / "models.toml"
    catalogue.parent.mkdir()
    files = {"yaml": folder / "cog.yaml", "python": folder / "predict.py", "toml": catalogue}
    for language, file in files.items():
        file.write_text(next(documents.blocks(ADD_A_MODEL, language)))

    (entry,) = catalog.read(catalogue)

    assert entry.openapi_schema["components"]["schemas"]["Input"]["required"] == ["text"]
    assert _output(entry, {"text": "ada", "times": 2}) == "ADA!!"


def test_every_key_of_the_catalogue_is_told():
    keys = set(re.findall(r"^\| `(\w+)` \|", ADD_A_MODEL.read_text(), re.MULTILINE))

    fields = {field.name for field in dataclasses.fields(catalog.Entry)}
    assert keys == fields - {"owner", "entry_point"}


def _output(entry, given):
    child = Child(entry, cancel_grace=1)
    try:
        child.start(timeout=30)
        said = list(child.events("p1", given))
    finally:
        child.stop()
    return next(event.value for event in said if isinstance(event, events.Output))


def test_every_dependency_has_its_reason():
    told = CONTRIBUTING.read_text()

    assert {name for name in _dependencies() if f"`{name}`" not in told} == set()


@pytest.mark.parametrize(
    ("file", "most"), [(README, 120), (CONTRIBUTING, 100)], ids=["readme", "contributing"]
)
def test_the_first_pages_are_short(file, most):
    assert len(file.read_text().splitlines()) <= most


def test_the_quickstart_takes_five_commands_at_most():
    quickstart = README.read_text().partition("## Quickstart")[2].partition("\n## ")[0]
    shown = re.findall(r"^```bash\n(.*?)^```", quickstart, re.MULTILINE | re.DOTALL)

    assert 1 <= sum(len(block.splitlines()) for block in shown) <= 5
