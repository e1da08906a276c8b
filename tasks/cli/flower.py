"""`hearth flower`: the Celery dashboard, behind a login of its own."""

import secrets
from pathlib import Path

import click

from config import settings
from tasks.celery import celery

USER = "hearth"
PASSWORD_FILE = "flower-password"  # noqa: S105  where it is kept
INSPECT_MILLISECONDS = 3000
PURGE_SECONDS = 60


@click.command(short_help="Serve the Flower dashboard.")
def command() -> None:
    """Serve Flower on 127.0.0.1:HEARTH_FLOWER_PORT: workers, queues, a task for each prediction.

    The user is `hearth`; the password is made at the first start and kept in the data folder, in
    the file flower-password.
    """
    celery.start(
        [
            "--quiet",
            "flower",
            "--address=127.0.0.1",
            f"--port={settings.load().flower.flower_port}",
            f"--basic_auth={USER}:{password()}",  # in this list only, not on the command line
            "--read_only=true",
            f"--inspect_timeout={INSPECT_MILLISECONDS}",
            f"--purge_offline_workers={PURGE_SECONDS}",
        ]
    )


def password() -> str:
    """Flower's password, made at the first call."""
    file = settings.load().data_dir / PASSWORD_FILE
    return _read(file) or _make(file)


def _read(file: Path) -> str:
    return file.read_text().strip() if file.exists() else ""


def _make(file: Path) -> str:
    text = secrets.token_urlsafe(18)
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    file.touch(mode=0o600)
    file.write_text(text + "\n")
    return text
