"""The command line `hearth`: one module a command, loaded when it is called."""

import importlib

import click
import pydantic

from app.errors import ServiceError
from config import logs, settings
from predictors.catalog import CatalogError
from tasks.lock import AlreadyUp
from tasks.redis_server import RedisAway, RedisMissing

COMMANDS = (
    "up",
    "web",
    "worker",
    "node",
    "deliver",
    "sweep",
    "flower",
    "migrate",
    "tokens",
    "files",
    "models",
    "doctor",
)
EXPECTED = (AlreadyUp, CatalogError, PermissionError, RedisAway, RedisMissing)


class Commands(click.Group):
    """The commands, in the order a person meets them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command's name."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load a command; None where there is none of that name."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"tasks.cli.{cmd_name}").command
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; what can be expected to go wrong is told in a sentence."""
        try:
            return super().invoke(ctx)
        except pydantic.ValidationError as error:
            raise click.ClickException(_wrong_settings(error)) from error
        except ServiceError as error:
            raise click.ClickException(error.detail) from error
        except EXPECTED as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="hearth", message="%(prog)s %(version)s")
def main() -> None:
    """Hearth, a self-hosted Replicate.

    Everything is configured by variables that begin with HEARTH_; see docs/reference/settings.md.
    """
    settings.load()
    logs.configure()


def _wrong_settings(error: pydantic.ValidationError) -> str:
    lines = (f"  HEARTH_{str(each['loc'][0]).upper()}: {each['msg']}" for each in error.errors())
    return "\n".join(["These settings are not right:", *lines])
