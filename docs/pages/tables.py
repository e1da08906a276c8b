"""Markdown tables."""

from collections.abc import Iterable


def table(head: tuple[str, ...], lines: Iterable[tuple[str, ...]]) -> str:
    """Rows of cells below a head."""
    every = [head, tuple("---" for _ in head), *lines]
    return "".join(f"| {' | '.join(map(_cell, line))} |\n" for line in every)


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())
