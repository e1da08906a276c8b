"""What tests of predictors may ask for."""

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest

from predictors.child import Child
from tests import fakes
from tests.predictors.running import Start

CHILDS = {"place", "file_bytes"}


@pytest.fixture
def start() -> Iterator[Start]:
    """Start a child on one of the folders; it is stopped at the end."""
    with contextlib.ExitStack() as stack:

        def begin(behaviour: str, *, cancel_grace: float = 5, **changes: Any) -> Child:
            ours = {name: changes.pop(name) for name in CHILDS & changes.keys()}
            started = Child(fakes.entry(behaviour, **changes), cancel_grace=cancel_grace, **ours)
            stack.callback(started.stop)
            started.start(timeout=30)
            return started

        yield begin
