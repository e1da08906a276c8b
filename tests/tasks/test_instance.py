"""A loaded model and its leases, with real runners on both databases."""

import threading
from pathlib import Path

import pytest

from app import blobs, leases, outputs, store
from app.errors import StorageFull
from app.status import Status
from config import settings
from predictors import catalog
from tasks.instance import Instance
from tests import factories
from tests.service import eventually

FOLDERS = Path(__file__).parent.parent / "predictors" / "folders"


@pytest.fixture
def instance_of(database, configure, queued, tmp_path):
    configure(drain_seconds=0.1, cancel_grace_seconds=0.5, setup_seconds=5)
    made = []

    def make(folder):
        file = tmp_path / "models.toml"
        file.write_text(f'[[model]]\nname = "lab/{folder}"\nfolder = "{FOLDERS / folder}"\n')
        (entry,) = catalog.read(file)
        factories.version(id=entry.version, owner=entry.owner, name=entry.name)
        made.append(Instance(entry))
        return made[-1]

    yield make
    for instance in made:
        instance.leave()


def _prediction(instance, given):
    entry = instance.entry
    return factories.prediction(
        factories.account(), input=given, version_id=entry.version, model=entry.ref
    )


def _run(instance, prediction):
    journal = leases.take(prediction.id, instance.id)
    with instance.holding(journal.lease), leases.ending(journal):
        for event in instance.events(journal):
            leases.record(journal, event)


def content(url):
    """What is served under the URL of an output's file."""
    *_, key, name = url.split("/")
    with blobs.open(outputs.served(key, name).digest) as file:
        return file.read()


def test_a_loaded_model_is_reported_and_runs(instance_of):
    instance = instance_of("echo")
    assert instance.load()

    assert store.workers.ready(instance.entry.version, 20)
    prediction = _prediction(instance, {"text": "Nadia"})
    _run(instance, prediction)

    assert store.predictions.get(prediction.id).status is Status.SUCCEEDED


def test_a_model_that_cannot_be_loaded_fails_what_waits_and_is_tried_again(instance_of):
    instance = instance_of("setup_fails")
    prediction = _prediction(instance, {})
    loading = threading.Thread(target=instance.load)

    loading.start()
    row = eventually(
        lambda: (row := store.predictions.get(prediction.id)).status.is_terminal and row
    )
    trying = loading.is_alive()
    instance.leave()
    loading.join(timeout=10)

    assert trying
    assert not loading.is_alive()
    assert row.status is Status.FAILED
    assert row.error.startswith("The model could not be loaded: ")


def test_a_model_whose_process_died_is_loaded_again(instance_of):
    instance = instance_of("crashes")
    instance.load()
    first = instance.child.pid

    _run(instance, _prediction(instance, {"how": "signal"}))

    assert instance.child.is_alive
    assert instance.child.pid != first


def test_a_model_that_dies_idle_is_loaded_again_at_the_next_beat(instance_of):
    instance = instance_of("echo")
    instance.load()
    first = instance.child.pid
    instance.child.stop()

    instance.beat()

    eventually(lambda: instance.child.is_alive and instance.child.pid != first)


def test_a_beat_stops_what_lost_its_lease(instance_of):
    instance = instance_of("slow")
    instance.load()
    pid = instance.child.pid
    prediction = _prediction(instance, {"seconds": 60})
    running = threading.Thread(target=_run, args=(instance, prediction))
    running.start()
    eventually(instance._leases)
    store.predictions.end(prediction.id, {"status": Status.CANCELED}, where=[Status.PROCESSING])

    def is_free():
        instance.beat()
        return not running.is_alive()

    eventually(is_free)
    assert instance.child.pid == pid


def test_draining_hands_back_what_does_not_finish_in_time(instance_of):
    instance = instance_of("slow")
    instance.load()
    prediction = _prediction(instance, {"seconds": 60})
    running = threading.Thread(target=_run, args=(instance, prediction))
    running.start()
    eventually(instance._leases)

    instance.drain()
    running.join(timeout=10)

    assert not running.is_alive()
    row = store.predictions.get(prediction.id)
    assert (row.status, row.attempts) == (Status.PROCESSING, 0)
    assert leases.take(prediction.id, "another").attempt == 1


def test_a_file_is_there_while_the_prediction_runs_and_gone_afterwards(instance_of):
    instance = instance_of("files")
    instance.load()
    prediction = _prediction(instance, {"page": "data:text/plain,one", "pages": []})

    _run(instance, prediction)

    row = store.predictions.get(prediction.id)
    assert row.status is Status.SUCCEEDED
    assert content(row.output) == b"one"
    assert not list((settings.load().data_dir / "inputs").iterdir())


def test_files_in_an_output_become_urls(instance_of):
    instance = instance_of("gives_files")
    instance.load()
    prediction = _prediction(instance, {"how": "deep", "size": 3})

    _run(instance, prediction)

    output = store.predictions.get(prediction.id).output
    page, text = output["pages"]
    assert content(page["page"]) == b"1"
    assert (text, output["none"]) == ("a.0", None)
    assert [file.name for file in store.files.of_prediction(prediction.id)] == ["1.txt"]


def test_pieces_are_urls_of_what_each_was(instance_of):
    instance = instance_of("gives_files")
    instance.load()
    prediction = _prediction(instance, {"how": "again", "size": 3})

    _run(instance, prediction)

    row = store.predictions.get(prediction.id)
    assert [content(url) for url in row.output] == [b"aaa", b"bbb", b"ccc"]
    assert len(set(row.output)) == 3


def test_small_files_stand_in_the_output_itself_where_that_is_wanted(instance_of, configure):
    configure(inline_file_bytes=2)
    instance = instance_of("gives_files")
    instance.load()
    prediction = _prediction(instance, {"how": "opened", "size": 3})

    _run(instance, prediction)

    large, _, small, _ = store.predictions.get(prediction.id).output
    assert content(large) == b"abc"
    assert small == "data:application/octet-stream;base64,w6k="


def test_more_than_a_prediction_may_give_fails_it(instance_of, configure):
    configure(output_file_bytes=100)
    instance = instance_of("gives_files")
    instance.load()
    prediction = _prediction(instance, {"how": "again", "size": 40})

    _run(instance, prediction)

    row = store.predictions.get(prediction.id)
    assert row.status is Status.FAILED
    assert "may have 100 bytes together" in row.error
    assert [content(url) for url in row.output] == [b"a" * 40, b"b" * 40]


def test_who_has_lost_the_lease_keeps_no_file(instance_of):
    instance = instance_of("gives_files")
    instance.load()
    prediction = _prediction(instance, {"how": "again", "size": 3})
    journal = leases.take(prediction.id, instance.id)

    with instance.holding(journal.lease), leases.ending(journal):
        for event in instance.events(journal):
            store.predictions.end(
                prediction.id, {"status": Status.CANCELED}, where=[Status.PROCESSING]
            )
            leases.record(journal, event)

    assert store.files.of_prediction(prediction.id) == []
    assert store.predictions.get(prediction.id).output is None
    assert not any(path.is_file() for path in (settings.load().data_dir / "outputs").rglob("*"))


def test_a_full_disk_fails_the_prediction_with_a_word_about_it(instance_of, monkeypatch):
    instance = instance_of("gives_files")
    instance.load()
    prediction = _prediction(instance, {"how": "one", "size": 3})

    def refuse(_path):
        raise StorageFull

    monkeypatch.setattr(blobs, "put", refuse)
    _run(instance, prediction)

    row = store.predictions.get(prediction.id)
    assert (row.status, row.output) == (Status.FAILED, None)
    assert "No room is left for the file" in row.error


def test_a_file_that_cannot_be_had_fails_its_prediction_alone(instance_of):
    instance = instance_of("files")
    instance.load()
    pid = instance.child.pid
    prediction = _prediction(instance, {"page": "http://127.0.0.1:9/page.txt", "pages": []})

    _run(instance, prediction)

    row = store.predictions.get(prediction.id)
    assert row.status is Status.FAILED
    assert row.error.startswith("Input validation error: page: ")
    assert instance.child.pid == pid
