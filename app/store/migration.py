"""Bringing the database to the tables this code expects."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from app.errors import Unavailable
from app.store.connection import AWAY, WRITES, engine

MIGRATIONS = Path(__file__).parent.parent / "migrations"
MIGRATION_LOCK = 0x48454152  # any number that every process agrees on


def migrate() -> None:
    """Apply every missing migration; processes that start together wait for the first."""
    try:
        with engine().execution_options(**{WRITES: True}).begin() as connection:
            if connection.dialect.name == "postgresql":
                lock = text("SELECT pg_advisory_xact_lock(:number)")
                connection.execute(lock, {"number": MIGRATION_LOCK})
            config = Config(attributes={"connection": connection})
            config.set_main_option("script_location", str(MIGRATIONS))
            command.upgrade(config, "head")
    except AWAY as error:
        raise Unavailable("The database does not answer; try again shortly.") from error


def is_current() -> bool:
    """Whether every migration this code brings has been applied."""
    known = ScriptDirectory(str(MIGRATIONS)).get_heads()
    try:
        with engine().connect() as connection:
            applied = MigrationContext.configure(connection).get_current_heads()
    except AWAY as error:
        raise Unavailable("The database does not answer; try again shortly.") from error
    return set(applied) == set(known)
