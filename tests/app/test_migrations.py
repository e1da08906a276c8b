"""The migrations make the tables that the code expects, on both databases."""

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext

from app.store import connection, migration
from app.tables import Row


def test_the_migrations_lead_to_the_tables_of_the_code(database):
    with connection.engine().connect() as open_connection:
        context = MigrationContext.configure(open_connection, opts={"compare_type": False})

        assert compare_metadata(context, Row.metadata) == []


def test_every_migration_can_be_taken_back(database):
    with connection.engine().execution_options(**{connection.WRITES: True}).begin() as opened:
        config = Config(attributes={"connection": opened})
        config.set_main_option("script_location", str(migration.MIGRATIONS))
        command.downgrade(config, "base")

        assert {"predictions", "accounts"}.isdisjoint(opened.dialect.get_table_names(opened))
