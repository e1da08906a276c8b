"""Models and versions, on both databases."""

import pytest

from app import models, store
from app.errors import NotFound, UnknownVersion
from app.tables import Worker
from predictors import catalog
from tests import factories

OLD, NEW = "a" * 64, "b" * 64


@pytest.fixture
def versions(database):
    return [factories.version(id=OLD), factories.version(id=NEW)]


@pytest.mark.parametrize("reference", ["lab/echo", f"lab/echo:{NEW}", NEW])
def test_a_version_is_found_in_all_its_spellings(versions, reference):
    assert models.resolve(reference).id == NEW


@pytest.mark.parametrize("reference", [f"lab/echo:{OLD}", OLD])
def test_an_older_version_is_found_while_a_worker_holds_it(versions, reference):
    report_worker("1", "booting", OLD)

    assert models.resolve(reference).id == OLD


@pytest.mark.parametrize("reference", [f"lab/echo:{OLD}", OLD])
def test_a_version_that_nobody_serves_any_more_is_refused(versions, configure, reference):
    report_worker("1", "ready", NEW)
    report_worker("2", "ready", OLD)
    configure(lease_seconds=0.000002, beat_seconds=0.000001)

    with pytest.raises(UnknownVersion):
        models.resolve(reference)


def test_a_version_of_a_model_that_left_the_catalogue_is_refused(versions, tmp_path):
    models.sync(catalog.read(catalog_file(tmp_path)))

    with pytest.raises(UnknownVersion):
        models.resolve(NEW)


@pytest.mark.parametrize(
    "reference",
    [
        "",
        "lab/other",
        "lab/echo:latest",
        f"lab/other:{OLD}",
        "c" * 64,
        ":",
        "/",
        "a/b/c",
        f"x:{OLD}",
    ],
)
def test_an_unknown_version_is_refused(versions, reference):
    with pytest.raises(UnknownVersion):
        models.resolve(reference)


def test_versions_are_listed_newest_first(versions):
    assert [version.id for version in models.versions("lab", "echo")] == [NEW, OLD]


def test_a_version_belongs_to_its_model(versions):
    factories.version(id="c" * 64, name="other")

    with pytest.raises(NotFound):
        models.version("lab", "other", OLD)


def test_the_catalogue_is_entered_and_entered_again(database, tmp_path, configure):
    entries = catalog.read(catalog_file(tmp_path))

    models.sync(entries)
    models.sync(entries)

    (hello,) = models.page()
    assert (hello.owner, hello.name) == ("replicate", "hello-world")
    assert models.latest_version("replicate", "hello-world").id == entries[0].version


def test_a_model_that_left_the_catalogue_is_kept_but_served_no_more(versions, tmp_path):
    models.sync(catalog.read(catalog_file(tmp_path)))

    assert models.get("lab", "echo").min_instances == 0
    assert "lab/echo" not in models.readiness()
    with pytest.raises(NotFound):
        models.latest_version("lab", "echo")


def test_readiness_counts_the_workers_that_were_heard_of(versions):
    for number, (state, version_id) in enumerate(
        [("ready", NEW), ("booting", NEW), ("ready", OLD)]
    ):
        report_worker(str(number), state, version_id)

    assert models.readiness() == {"lab/echo": {"ready": 1, "wanted": 1}}


def report_worker(name, state, version_id):
    row = Worker(id=name, version_id=version_id, model="lab/echo", state=state, error=None)
    store.workers.report(row)


def catalog_file(folder):
    file = folder / "models.toml"
    hello = (catalog.__file__.rpartition("/")[0]) + "/hello_world"
    file.write_text(f'[[model]]\nname = "replicate/hello-world"\nfolder = "{hello}"\n')
    return file
