"""The Procfile: which processes make up an installation on one machine."""

import shlex

from config import settings

FILE = settings.ROOT / "Procfile"


def read() -> dict[str, list[str]]:
    """Each process's name and command."""
    lines = (line.partition(":") for line in FILE.read_text().splitlines() if line.strip())
    return {name.strip(): shlex.split(command) for name, _, command in lines}
