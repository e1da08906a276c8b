from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from app import clock
from config import settings
from tasks import checkup, lock
from tests import bucket, embedded
from tests.conftest import Configure


@pytest.fixture
def away(configure: Configure) -> Iterator[redis.Redis]:
    """A Redis that the installation is given by its URL."""
    with embedded.running() as (_, client):
        configure(redis_url=settings.load().redis_url)
        yield client


def fake_smi(folder: Path, script: str) -> str:
    file = folder / "nvidia-smi"
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)
    return str(folder)


def levels(configure: Configure, **variables: object) -> dict[str, str]:
    configure(**variables)
    return {finding.name: finding.level for finding in checkup.findings()}


def test_a_database_of_another_version_fails(configure: Configure) -> None:
    folder = settings.load().data_dir
    folder.mkdir(mode=0o700)
    (folder / "hearth.db").touch()

    assert levels(configure)["database"] == "fail"


def test_a_database_that_is_away_fails(configure: Configure) -> None:
    away = "postgresql+psycopg://nobody@127.0.0.1:1/hearth"

    assert levels(configure, database_url=away)["database"] == "fail"


@pytest.mark.usefixtures("sqlite")
def test_a_database_of_this_version_is_in_order(configure: Configure) -> None:
    found = levels(configure)

    assert found["database"] == found["database clock"] == "ok"


def test_a_data_folder_open_to_others_is_told(configure: Configure) -> None:
    settings.load().data_dir.mkdir(mode=0o755)

    assert levels(configure)["data folder"] == "warn"


@pytest.mark.parametrize(("gib", "level"), [(6, "ok"), (1, "warn"), (0.1, "fail")])
def test_a_full_disk_is_told(
    configure: Configure, monkeypatch: pytest.MonkeyPatch, gib: float, level: str
) -> None:
    settings.load().data_dir.mkdir(mode=0o700)
    usage = type("Usage", (), {"free": gib * 2**30})
    monkeypatch.setattr("shutil.disk_usage", lambda _folder: usage)

    assert levels(configure)["data folder"] == level


def test_a_given_redis_is_in_order(away: redis.Redis, configure: Configure) -> None:
    found = levels(configure)

    assert found["Redis"] == found["Redis clock"] == found["Redis memory"] == "ok"


def test_a_redis_that_throws_messages_away_fails(away: redis.Redis, configure: Configure) -> None:
    away.config_set("maxmemory-policy", "allkeys-lru")

    assert levels(configure)["Redis memory"] == "fail"


def test_a_redis_that_hides_its_policy_is_told(away: redis.Redis, configure: Configure) -> None:
    away.acl_setuser("default", enabled=True, nopass=True, commands=["-config"])

    assert levels(configure)["Redis memory"] == "warn"


def test_a_clock_that_is_off_is_told(
    away: redis.Redis, configure: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = clock.now().replace(year=2020)
    monkeypatch.setattr(clock, "now", lambda: before)

    assert levels(configure)["Redis clock"] == "warn"


def test_the_ports_of_a_running_hearth_are_its_own(configure: Configure) -> None:
    with lock.only_one():
        found = levels(configure)

    assert "port" not in found
    assert found["Redis"] == "fail"  # it should run by now


def test_no_redis_at_all_fails(configure: Configure, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)

    assert levels(configure)["Redis"] == "fail"


@pytest.mark.parametrize(
    ("script", "level"), [("echo NVIDIA H100, 81559 MiB", "ok"), ("exit 9", "fail")]
)
def test_a_gpu_is_asked_for_its_name(
    configure: Configure,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    script: str,
    level: str,
) -> None:
    monkeypatch.setenv("PATH", fake_smi(tmp_path, script))

    assert levels(configure)["GPU"] == level


def test_a_bucket_is_asked_for(configure: Configure, tmp_path: Path) -> None:
    with bucket.server(tmp_path / "bucket") as url:
        assert levels(configure, blobs_endpoint=url, **bucket.SETTINGS)["bucket"] == "ok"
        assert levels(configure, blobs_secret_key="wrongwrong")["bucket"] == "fail"
