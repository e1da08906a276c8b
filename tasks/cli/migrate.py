"""`hearth migrate`: the database as this version needs it."""

import click

from app import accounts, models
from app.store import migration
from config import settings
from predictors import catalog


@click.command(short_help="Prepare the database.")
def command() -> None:
    """Bring the database up to this version, enter the catalogue's models, make the first account.

    Run it before the processes of a new version start. It may be run again at any time.
    """
    prepare()
    click.echo(f"The database is ready. The token is kept in {settings.load().data_dir / 'token'}.")


def prepare() -> str:
    """Bring the database up to date; the first account's token."""
    entries = catalog.read(settings.load().model.models)
    migration.migrate()
    models.sync(entries)
    return accounts.bootstrap()
