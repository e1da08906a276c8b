"""What a person at the terminal sees: every process's lines under its name, ours in between."""

import functools
import itertools

import click

OURS = "hearth"
WIDTH = 7

_colors = itertools.cycle(["cyan", "yellow", "green", "magenta", "blue", "bright_cyan"])


def say(name: str, line: str) -> None:
    """Show one line of a process."""
    click.echo(f"{click.style(f'{name:{WIDTH}} |', fg=_color(name))} {line}")


def tell(text: str) -> None:
    """Show what we have to say ourselves."""
    for line in text.splitlines():
        say(OURS, line)


@functools.cache
def _color(name: str) -> str:
    return "bright_white" if name == OURS else next(_colors)
