"""`hearth web`: the HTTP API."""

import os
import sys

import click

from config import settings

CONFIGURATION = settings.ROOT / "config" / "gunicorn.py"


@click.command(short_help="Serve the HTTP API.")
def command() -> None:
    """Serve the HTTP API at HEARTH_HOST and HEARTH_PORT, under gunicorn.

    It answers at once and holds nothing heavy: predictions run in the workers.
    """
    arguments = [sys.executable, "-m", "gunicorn", "--config", str(CONFIGURATION)]
    os.execv(sys.executable, arguments)
