"""How times are kept in either database, and the database's own clock in a statement."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, String, TypeDecorator
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

SQLITE_TIME = "%Y-%m-%d %H:%M:%S.%f"


class Timestamp(TypeDecorator[datetime]):
    """An aware UTC time; in SQLite as text that sorts by time."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """Text in SQLite, timestamptz elsewhere."""
        return dialect.type_descriptor(String(26) if dialect.name == "sqlite" else self.impl)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Aware time → what the database keeps."""
        if value is None or dialect.name != "sqlite":
            return value
        return value.astimezone(UTC).strftime(SQLITE_TIME)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """What the database keeps → aware time."""
        if value is None or dialect.name != "sqlite":
            return value.astimezone(UTC) if value is not None else None
        return datetime.fromisoformat(value).replace(tzinfo=UTC)


class database_now(FunctionElement[datetime]):  # noqa: N801  reads as the SQL function it is
    """The database's own clock, a number of seconds from now: what leases and due times go by."""

    type = Timestamp()
    inherit_cache = True
    name = "database_now"

    def __init__(self, seconds: Any = 0.0) -> None:
        super().__init__(seconds)


@compiles(database_now, "sqlite")
def _sqlite_now(element: database_now, compiler: SQLCompiler, **options: Any) -> str:
    return f"hearth_now({compiler.process(element.clauses, **options)})"


@compiles(database_now, "postgresql")
def _postgresql_now(element: database_now, compiler: SQLCompiler, **options: Any) -> str:
    seconds = compiler.process(element.clauses, **options)
    # Selected, since an index is not searched by what may change from row to row.
    return f"(SELECT clock_timestamp() + {seconds} * interval '1 second')"
