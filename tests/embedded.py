"""The embedded Redis, for as long as a block lasts."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import redis

from config import settings
from tasks import redis_server


@contextmanager
def running() -> Iterator[tuple[subprocess.Popen[bytes], "redis.Redis"]]:
    process = subprocess.Popen(redis_server.command())
    client = redis.Redis.from_url(settings.load().redis_url)
    try:
        redis_server.wait(settings.load().redis_url, 10)
        yield process, client
    finally:
        client.close()
        process.kill()
        process.wait()
