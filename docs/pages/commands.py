"""The page of the command line, from what `--help` says."""

import inspect
from collections.abc import Iterator

import click

from tasks import cli

WIDTH = 80

CLI = """\
# Command line

`hearth` is installed into `.venv/bin`. Settings come from the environment: see
[settings.md](settings.md).
"""


def page() -> Iterator[str]:
    """Every command with its help."""
    yield CLI
    for name in cli.COMMANDS:
        yield from _help(_command(name), f"hearth {name}")


def _command(name: str) -> click.Command:
    command = cli.main.get_command(click.Context(cli.main), name)
    if command is None:
        raise LookupError(name)
    return command


def _help(command: click.Command, name: str) -> Iterator[str]:
    """A command's help, and that of each command below it."""
    context = click.Context(command, info_name=name, terminal_width=WIDTH)
    yield f"## {name}\n\n```text\n{inspect.cleandoc(command.get_help(context))}\n```\n"
    for inner in getattr(command, "commands", {}).values():
        yield from _help(inner, f"{name} {inner.name}")
