"""A real Redis for the tests of what stands on it."""

import subprocess
from collections.abc import Iterator

import pytest

from config import settings
from tasks import redis_server


@pytest.fixture
def redis_process(configure) -> Iterator[subprocess.Popen[bytes]]:
    """A Redis server of the test's own, where the settings say."""
    process = subprocess.Popen(redis_server.command(), stdout=subprocess.DEVNULL)
    try:
        redis_server.wait(settings.load().redis_url, 10)
        yield process
    finally:
        process.kill()
        process.wait()
