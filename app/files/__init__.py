"""Files in: what an input names by URL is brought into a folder that lasts as long as the run.

    with files.received(entry.openapi_schema, journal.input, journal.account_id) as input:
        ...  # where the schema says `format: uri`, the input has a path

A worker calls `files.clear()` once, when it starts.
"""

import os
import shutil
import socket
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from app.files.intake import FileRefused, Intake
from config import settings

__all__ = ["FileRefused", "clear", "received"]


@contextmanager
def received(
    openapi_schema: Mapping[str, Any], values: Mapping[str, Any], account_id: str
) -> Iterator[dict[str, Any]]:
    """An account's input with its files here, as paths, for the block; raises FileRefused."""
    wanted = [name for name in _file_inputs(openapi_schema) if values.get(name) is not None]
    if not wanted:
        yield dict(values)
        return
    prefix = f"{socket.gethostname()}.{os.getpid()}."
    with tempfile.TemporaryDirectory(dir=_root(), prefix=prefix, ignore_cleanup_errors=True) as at:
        intake = Intake(Path(at), account_id)
        yield {**values, **{name: intake.take(name, values[name]) for name in wanted}}


def clear() -> None:
    """Remove what processes of this machine that are gone have left behind, outputs, too."""
    for folder in [*_root().iterdir(), *place("outputs").iterdir()]:
        owner, _, _ = folder.name.rpartition(".")
        host, _, pid = owner.rpartition(".")
        if host == socket.gethostname() and not psutil.pid_exists(int(pid)):
            shutil.rmtree(folder, ignore_errors=True)


def place(name: str) -> Path:
    """A folder of the data folder's own for files on their way, closed to others."""
    found = settings.load().data_dir / name
    for folder in (found.parent, found):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return found


def _root() -> Path:
    return place("inputs")


def _file_inputs(openapi_schema: Mapping[str, Any]) -> Iterator[str]:
    """The names of the inputs that are files, or lists of them."""
    rules = openapi_schema["components"]["schemas"]["Input"].get("properties", {})
    for name, rule in rules.items():
        if "uri" in {rule.get("format"), rule.get("items", {}).get("format")}:
            yield name
