"""What tests on a GPU may ask for; without one they are skipped, or fail where it is required."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace

import pytest

from config import settings
from predictors import catalog, gpus
from predictors.child import Child

CATALOG = settings.ROOT / "config" / "models.toml"
SETUP_SECONDS = 300

Start = Callable[[str], Child]


@pytest.fixture(autouse=True)
def gpu() -> None:
    """Have a GPU."""
    try:
        gpus.visible()
    except gpus.NoGpu as none:
        if "gpu" in os.environ.get("HEARTH_TEST_REQUIRE", ""):
            pytest.fail(f"this run requires a GPU: {none}")
        pytest.skip(str(none))


@pytest.fixture
def start() -> Iterator[Start]:
    """Load the demo model of a family on the GPU."""
    shipped = {entry.folder.name: entry for entry in catalog.read(CATALOG)}
    with ExitStack() as stack:

        def load(family: str) -> Child:
            child = Child(replace(shipped[family], hardware="gpu"), cancel_grace=10)
            stack.callback(child.stop)
            child.start(SETUP_SECONDS)
            return child

        yield load
