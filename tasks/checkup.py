"""Whether this machine and what Hearth needs are in order, and what to do where they are not."""

import shutil
import stat
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import redis

from app import blobs, clock, store
from app.errors import Unavailable
from app.store import migration
from config import settings
from tasks import lock, ports, redis_server

GIB = 2**30
ENOUGH_GIB, LITTLE_GIB = 5.0, 0.5
DRIFT_SECONDS = 1.0
PATIENCE_SECONDS = 5
NO_BLOB = 64 * "0"
SYNCHRONIZE = "Have every machine synchronize its clock, for example with chrony."

Level = Literal["ok", "warn", "fail"]


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at, how it is, and what to do."""

    name: str
    level: Level
    detail: str
    remedy: str = ""


def findings() -> Iterator[Finding]:
    """Everything, one after another."""
    yield _data_folder(settings.load().data_dir)
    yield from _database()
    yield from _redis()
    yield from _bucket()
    if not lock.is_held():
        yield from map(_port, ports.chosen())
    yield _ffmpeg()
    yield _gpu()


def _data_folder(folder: Path) -> Finding:
    if not folder.exists():
        return Finding("data folder", "ok", f"{folder} is made at the first start")
    if stat.S_IMODE(folder.stat().st_mode) & 0o077:
        detail = f"{folder} is open to other users"
        return Finding("data folder", "warn", detail, f"Close it: chmod 700 {folder}")
    free = shutil.disk_usage(folder).free / GIB
    detail = f"{folder} has {free:.1f} GiB free"
    if free >= ENOUGH_GIB:
        return Finding("data folder", "ok", detail)
    level: Level = "warn" if free >= LITTLE_GIB else "fail"
    return Finding("data folder", level, detail, "Make room, or set HEARTH_DATA_DIR elsewhere.")


def _database() -> Iterator[Finding]:
    url = urlsplit(settings.load().database_url)
    file = Path(url.path.removeprefix("/"))
    if url.scheme.startswith("sqlite") and not file.exists():
        yield Finding("database", "ok", f"{file} is made at the first start")
        return
    try:
        is_current, now = migration.is_current(), store.now()
    except Unavailable:
        remedy = "Start it, or correct HEARTH_DATABASE_URL."
        yield Finding("database", "fail", f"{url.hostname or file} does not answer", remedy)
        return
    yield _migrated(is_current=is_current)
    yield _drift("database clock", (now - clock.now()).total_seconds())


def _migrated(*, is_current: bool) -> Finding:
    if is_current:
        return Finding("database", "ok", "it answers and is up to date")
    return Finding("database", "fail", "it is of another version", "Run `hearth migrate`.")


def _redis() -> Iterator[Finding]:
    chosen = settings.load()
    if not chosen.store.redis_url and not lock.is_held():
        yield _redis_program()
        return
    limits = {"socket_timeout": PATIENCE_SECONDS, "socket_connect_timeout": PATIENCE_SECONDS}
    try:
        with redis.Redis.from_url(chosen.redis_url, decode_responses=True, **limits) as client:
            yield from _redis_answers(client)
    except redis.RedisError as error:
        remedy = "Start it, or correct HEARTH_REDIS_URL; `hearth up` brings one of its own."
        yield Finding("Redis", "fail", f"it does not answer: {error}", remedy)


def _redis_program() -> Finding:
    try:
        return Finding("Redis", "ok", f"`hearth up` will start {redis_server.find()}")
    except redis_server.RedisMissing as error:
        return Finding("Redis", "fail", "there is none", str(error))


def _redis_answers(client: Any) -> Iterator[Finding]:
    version = client.info("server")["redis_version"]
    if tuple(int(part) for part in version.split(".")[:2]) < redis_server.OLDEST:
        yield Finding("Redis", "fail", f"version {version} is too old", "Install 6.2 or later.")
    else:
        yield Finding("Redis", "ok", f"version {version} answers")
    seconds, microseconds = client.time()
    yield _drift("Redis clock", seconds + microseconds / 1e6 - clock.now().timestamp())
    yield _eviction(client)


def _eviction(client: Any) -> Finding:
    try:
        policy = client.config_get("maxmemory-policy")["maxmemory-policy"]
    except redis.ResponseError:  # hosted servers do not tell
        return Finding("Redis memory", "warn", "its policy is hidden", "It should be noeviction.")
    if policy == "noeviction":
        return Finding("Redis memory", "ok", "it never throws messages away")
    remedy = "Set maxmemory-policy to noeviction."
    return Finding("Redis memory", "fail", f"it may throw messages away ({policy})", remedy)


def _drift(name: str, seconds: float) -> Finding:
    detail = f"{abs(seconds):.1f} s from ours"
    if abs(seconds) <= DRIFT_SECONDS:
        return Finding(name, "ok", detail)
    return Finding(name, "warn", detail, SYNCHRONIZE)


def _bucket() -> Iterator[Finding]:
    url = settings.load().store.blobs_url
    if url is None:
        return
    try:
        blobs.exists(NO_BLOB)
    except Unavailable:
        remedy = "Start it, or correct HEARTH_BLOBS_ENDPOINT and the keys."
        yield Finding("bucket", "fail", f"{url} cannot be read", remedy)
    else:
        yield Finding("bucket", "ok", f"{url} answers")


def _port(port: ports.Port) -> Finding:
    if obstacle := port.obstacle:
        return Finding("port", "fail", obstacle, port.remedy)
    return Finding("port", "ok", f"{port.number} of {port.host} is free")


def _ffmpeg() -> Finding:
    if found := shutil.which("ffmpeg"):
        return Finding("ffmpeg", "ok", found)
    remedy = "Models that read sound or video need it: install your distribution's `ffmpeg`."
    return Finding("ffmpeg", "warn", "not found", remedy)


def _gpu() -> Finding:
    program = shutil.which("nvidia-smi")
    if not program:
        return Finding("GPU", "ok", "no NVIDIA driver; models run on the CPU")
    query = [program, "--query-gpu=name,memory.total", "--format=csv,noheader"]
    try:
        done = subprocess.run(
            query, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        return Finding("GPU", "fail", f"the driver does not answer: {error}", "Run nvidia-smi.")
    return Finding("GPU", "ok", "; ".join(done.stdout.splitlines()))
