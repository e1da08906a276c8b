"""What every test may ask for: an installation of its own, on either database."""

import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app import accounts, blobs, breaker, holds, live, models, queues, store
from app.store import migration
from app.streams import writing
from app.streams.hub import hub
from app.tables import Account, Version
from config import settings
from tests import factories, postgres

Configure = Callable[..., None]


def _forget() -> None:
    """Have settings and what was made from them read and made anew."""
    for thread in (live._listener.forget(), hub.forget()):
        if thread:
            thread.leave()
    store.close()
    settings.load.cache_clear()
    queues.sender.forget()
    live.client.forget()
    holds.places.forget()
    breaker.of_broker.close()
    blobs.place.forget()
    for memory in (accounts.known, models.known, models.known_versions):
        memory.forget()


@pytest.fixture
def configure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Configure]:
    """Set HEARTH_ variables by their lower-case names; no other ones are set."""
    for name in [name for name in os.environ if name.startswith("HEARTH_")]:
        monkeypatch.delenv(name)

    def set_variables(**variables: object) -> None:
        for name, value in variables.items():
            monkeypatch.setenv(f"HEARTH_{name.upper()}", str(value))
        _forget()

    set_variables(data_dir=tmp_path / "data")
    yield set_variables
    _forget()


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite database, to be copied."""
    file = tmp_path_factory.mktemp("sqlite") / "hearth.db"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HEARTH_DATA_DIR", str(file.parent))
        _forget()
        migration.migrate()
    _forget()
    return file


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """A PostgreSQL server with a migrated database to be copied."""
    if postgres.find("initdb") is None:
        if "postgres" in os.environ.get("HEARTH_TEST_REQUIRE", ""):
            pytest.fail("PostgreSQL is not installed, and this run requires it")
        pytest.skip("PostgreSQL is not installed")
    with postgres.server() as server:
        server.execute("CREATE DATABASE empty")
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("HEARTH_DATABASE_URL", f"{server.url}/empty")
            _forget()
            migration.migrate()
        _forget()
        yield server


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, configure: Configure) -> str:
    """A migrated, empty database; its kind."""
    if request.param == "sqlite":
        request.getfixturevalue("sqlite")
    else:
        server = request.getfixturevalue("postgres_server")
        name = f"t{uuid.uuid4().hex}"
        server.execute(f"CREATE DATABASE {name} TEMPLATE empty")
        configure(database_url=f"{server.url}/{name}")
    return request.param


@pytest.fixture
def sqlite(configure: Configure, empty_sqlite: Path) -> None:
    """A migrated, empty SQLite database in the data folder."""
    folder = settings.load().data_dir
    folder.mkdir()
    shutil.copy(empty_sqlite, folder / "hearth.db")


@pytest.fixture
def queued(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """What was put on queues, instead of a broker."""
    messages: list[tuple[str, ...]] = []

    def predict(prediction_id: str, *, queue: str, model: str) -> bool:
        messages.append(("predict", prediction_id, queue, model))
        return True

    def deliver(prediction_id: str) -> bool:
        messages.append(("deliver", prediction_id))
        return True

    monkeypatch.setattr(queues, "predict", predict)
    monkeypatch.setattr(queues, "deliver", deliver)
    monkeypatch.setattr(queues, "cancel", lambda id_: messages.append(("cancel", id_)))
    monkeypatch.setattr(live, "announce_end", lambda id_: messages.append(("ended", id_)))
    monkeypatch.setattr(writing, "put", lambda *piece: messages.append(("piece", *piece)))
    monkeypatch.setattr(writing, "end", lambda id_: messages.append(("stream ended", id_)))
    monkeypatch.setattr(live, "broker_is_new", lambda: False)
    monkeypatch.setattr(live, "remember_broker", lambda: None)
    return messages


@pytest.fixture(scope="session")
def random_llama(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo Llama before it was taught: a real checkpoint that writes nonsense."""
    folder = tmp_path_factory.mktemp("random-llama")
    command = [sys.executable, "-m", "predictors.demo", "llama", str(folder)]
    subprocess.run(command, check=True, capture_output=True, timeout=100)
    return folder


@pytest.fixture
def account(database: str) -> Account:
    """An account."""
    return factories.account()


@pytest.fixture
def version(database: str) -> Version:
    """The version of lab/echo."""
    return factories.version()
