"""A loaded model and its leases, with real runners on both databases."""

import threading
from pathlib import Path

import pytest

from app import leases, store
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
    assert (row.status, row.output) == (Status.SUCCEEDED, "data:text/plain;base64,b25l")
    assert not list((settings.load().data_dir / "inputs").iterdir())


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
