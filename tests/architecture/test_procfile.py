"""Every queue of an installation is drained by a line of its Procfile."""

import pytest
from click.testing import CliRunner

from app import models
from app.tables import Model, Version
from config import queues, settings
from predictors import catalog
from tasks import cli, procfile, worker
from tasks.cli import deliver, node, sweep
from tasks.instance import Instance

ENTRIES = catalog.read(settings.ROOT / "config" / "models.toml")


class Recorder:
    """Takes the place of the Celery application; notes how its worker is asked to run."""

    def __init__(self):
        self.arguments = []
        self.steps = {"worker": set()}

    def worker_main(self, arguments):
        self.arguments += arguments


def _commands():
    return [command for program, *command in procfile.read().values() if program == "hearth"]


def _arguments(monkeypatch, module, name):
    """What `hearth NAME`, as the Procfile has it, asks of Celery."""
    recorder = Recorder()
    monkeypatch.setattr(module, "celery", recorder)
    command = next(command for command in _commands() if command[0] == name)
    CliRunner().invoke(cli.main, command, catch_exceptions=False)
    return recorder.arguments


def test_every_line_is_a_command_of_hearth():
    assert {command[0] for command in _commands()} <= set(cli.COMMANDS)
    assert len(_commands()) == len(procfile.read())


def test_a_line_serves_the_api_and_one_the_dashboard():
    assert ["web"] in _commands()
    assert ["flower"] in _commands()


@pytest.mark.parametrize(
    ("module", "name", "queue"),
    [(deliver, "deliver", queues.WEBHOOKS), (sweep, "sweep", queues.SWEEP)],
    ids=["webhooks", "sweep"],
)
def test_a_line_drains_the_queue(configure, monkeypatch, module, name, queue):
    assert f"--queues={queue}" in _arguments(monkeypatch, module, name)


def test_the_node_starts_a_worker_of_every_model_in_the_catalogue(configure):
    assert ["node"] in _commands()

    started = {ref for _, ref in node._instances()}

    assert started == {entry.ref for entry in ENTRIES if entry.min_instances}
    assert started


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.ref)
def test_a_worker_drains_the_queue_its_model_is_sent_to(configure, entry):
    model = Model(owner=entry.owner, name=entry.name, hardware=entry.hardware)

    sent_to = models.queue(model, Version(id=entry.version))

    assert f"--queues={sent_to}" in worker._arguments(Instance(entry))
