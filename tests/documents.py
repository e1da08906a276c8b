"""The project's documents, and the code they show."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def all_of_them() -> list[Path]:
    """Every Markdown file that belongs to the project."""
    folders = [*(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")]
    return sorted([*ROOT.glob("*.md"), *folders])


def blocks(file: Path, *languages: str) -> Iterator[str]:
    """The code in a document in these languages, block by block."""
    for language, code in FENCE.findall(file.read_text()):
        if language in languages:
            yield code


def commands(file: Path) -> Iterator[str]:
    """Each line of the document's shell blocks, joined where it goes on."""
    for block in blocks(file, "bash", "sh"):
        yield from block.replace("\\\n", " ").splitlines()
