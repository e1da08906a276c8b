"""One whole service for all tests that only use it; those that break it start their own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from config import settings
from tests.receiver import Receiver
from tests.service import Service, free_port

FOLDERS = Path(__file__).parent.parent / "predictors" / "folders"
PREDICTORS = Path(__file__).parent.parent.parent / "predictors"

UPLOAD_BYTES = 8 * 2**20
QUICK = {
    "stream_beat_seconds": 1,
    "lease_seconds": 3,
    "beat_seconds": 0.5,
    "sweep_seconds": 1,
    "republish_seconds": 2,
    "cancel_grace_seconds": 2,
    "webhook_pauses": "0.2,0.4,0.8,1,1,1,1,2,2,2,2,2",
}


def catalogue(file: Path, **folders: Path) -> Path:
    """A catalogue that serves these folders as test/NAME."""
    entries = [
        f'[[model]]\nname = "test/{name.replace("_", "-")}"\nfolder = "{folder}"\n'
        for name, folder in folders.items()
    ]
    file.write_text("\n".join(entries))
    return file


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory, random_llama: Path) -> Iterator[Service]:
    """A service with a few models, one of them a Llama with random weights."""
    folder = tmp_path_factory.mktemp("service")
    names = ("countdown", "slow", "broken", "clock", "stumbles", "pages", "files", "gives_files")
    models = catalogue(
        folder / "models.toml",
        hello=PREDICTORS / "hello_world",
        **{name: FOLDERS / name for name in names},
        llama=PREDICTORS / "llama",
    )
    with models.open("a") as file:
        file.write(f'weights = "{random_llama}"\n')
    port = free_port()
    with Service(
        folder, models, egress_allow=f"127.0.0.1/32:{port}", upload_bytes=UPLOAD_BYTES, **QUICK
    ) as running:
        running.receiver_port = port
        yield running


@pytest.fixture(scope="session")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service with the models that come along."""
    folder = tmp_path_factory.mktemp("shipped")
    with Service(folder, settings.ROOT / "config" / "models.toml", **QUICK) as running:
        yield running


@pytest.fixture
def receiver(service: Service) -> Iterator[Receiver]:
    """A webhook receiver that the service may reach."""
    with Receiver(port=service.receiver_port) as listening:
        yield listening
