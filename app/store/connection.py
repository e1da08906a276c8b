"""The engine and its transactions: what is changed together, and what may follow once it stands."""

import functools
import json
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

import structlog
from sqlalchemy import Connection, Engine, create_engine, event, select
from sqlalchemy import exc as sql
from sqlalchemy.engine import URL, make_url
from sqlalchemy.orm import Session

from app import clock
from app.columns import SQLITE_TIME, database_now
from app.errors import Unavailable
from app.once import Once
from config import settings

log = structlog.get_logger()

WRITES = "hearth_writes"
BUSY_SECONDS = 10
NAP_SECONDS = 0.0002
POSTGRESQL_LIMITS = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,  # milliseconds without an answer to what was sent
}
PRIMARY_CODE = 0xFF  # of SQLite's error codes; the rest says more
_NOW = select(database_now())
AWAY = (
    sqlite3.OperationalError,
    sql.OperationalError,
    sql.InterfaceError,
    sql.TimeoutError,
    sql.InternalError,
)

_write_lock = threading.Lock()


@dataclass
class Work:
    """A transaction under way, and what is to be done once it is committed."""

    connection: Connection
    afterwards: list[Callable[[], object]] = field(default_factory=list)

    @functools.cached_property
    def session(self) -> Session:
        """The same for the ORM, where it is worth its time."""
        return Session(self.connection, expire_on_commit=False, autoflush=False)


_work: ContextVar[Work | None] = ContextVar("work", default=None)


@contextmanager
def transaction() -> Iterator[Work]:
    """Change rows together or not at all; joins the transaction that is already open."""
    if open_work := _work.get():
        yield open_work
        return
    with _sole_writer(), _begun(writes=True) as work:
        yield work
    for act in work.afterwards:
        _follow_up(act)


def _follow_up(act: Callable[[], object]) -> None:
    """Do what follows a commit; that it fails is for the log, what was committed stands."""
    try:
        act()
    except Exception:
        log.exception("follow_up_failed")


@contextmanager
def reading() -> Iterator[Work]:
    """Read rows as of one moment; joins the transaction that is already open."""
    if open_work := _work.get():
        yield open_work
        return
    with _begun(writes=False) as work:
        yield work


def after_commit(act: Callable[..., object], *arguments: Any) -> None:
    """Do this once the open transaction stands: what it says must be true when it is heard."""
    work = _work.get()
    if work is None:
        raise RuntimeError("after_commit needs an open transaction")
    work.afterwards.append(functools.partial(act, *arguments))


def now() -> datetime:
    """The time by the database's clock, which leases and due times go by."""
    with reading() as work:
        return work.connection.execute(_NOW).scalar_one()


def check() -> None:
    """Ask the database for its time; raise Unavailable when it does not answer."""
    now()


def close() -> None:
    """Let go of every connection; the next transaction opens new ones."""
    if made := engine.forget():
        made.dispose()
        _bound.cache_clear()


@Once
def engine() -> Engine:
    """The database of this process's settings."""
    url = make_url(settings.load().database_url)
    make = _sqlite if url.get_backend_name() == "sqlite" else _postgresql
    return make(url)


def _sqlite(url: URL) -> Engine:
    settings.load().data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = create_engine(url, connect_args={"timeout": BUSY_SECONDS}, **_POOL)
    event.listen(made, "connect", _prepare_sqlite)
    event.listen(made, "begin", _begin_sqlite)
    return made


def _postgresql(url: URL) -> Engine:
    """A host that vanishes is noticed in seconds; asking a connection first costs a round trip."""
    limits = {**POSTGRESQL_LIMITS, **url.query}
    return create_engine(url, connect_args=limits, max_overflow=20, pool_pre_ping=True, **_POOL)


def _to_json(value: Any) -> str:
    """ASCII only: a lone surrogate or a NUL inside a string stays an escape."""
    return json.dumps(value, allow_nan=False, separators=(",", ":"))


_POOL: dict[str, Any] = {
    "pool_size": 20,
    "pool_use_lifo": True,  # what was used last is still warm
    "json_serializer": _to_json,
}


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # transactions begin in _begin_sqlite
    connection.create_function("hearth_now", 1, _sqlite_now)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    """Take the write lock at once where rows will change, so that no upgrade can fail later."""
    driver = cast("sqlite3.Connection", connection.connection.driver_connection)
    if not connection.get_execution_options().get(WRITES):
        driver.execute("BEGIN")
        return
    until = clock.ticks() + BUSY_SECONDS
    driver.execute("PRAGMA busy_timeout = 0")
    try:
        while not _writes(driver, until):
            time.sleep(NAP_SECONDS)
    finally:
        driver.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")


def _writes(driver: sqlite3.Connection, until: float) -> bool:
    """Begin to write if nobody else does; SQLite's own naps grow to 0.1 s while others slip in."""
    try:
        driver.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        is_busy = error.sqlite_errorcode & PRIMARY_CODE == sqlite3.SQLITE_BUSY
        if not is_busy or clock.ticks() > until:
            raise
    return driver.in_transaction


def _sqlite_now(seconds: float) -> str:
    return (clock.now() + timedelta(seconds=seconds)).strftime(SQLITE_TIME)


def _sole_writer() -> AbstractContextManager[object]:
    """One writer per process: SQLite lets threads wait unfairly (p99 1.1 s against 0.16 s)."""
    return _write_lock if engine().dialect.name == "sqlite" else nullcontext()


@functools.cache
def _bound(*, writes: bool) -> Engine:
    return engine().execution_options(**{WRITES: writes})


@contextmanager
def _begun(*, writes: bool) -> Iterator[Work]:
    try:
        with _bound(writes=writes).begin() as connection:
            work = Work(connection)
            token = _work.set(work)
            try:
                yield work
                _flush(work)
            finally:
                _work.reset(token)
    except AWAY as error:
        raise Unavailable("The database does not answer; try again shortly.") from error


def _flush(work: Work) -> None:
    """Write what the ORM still keeps, and have it let go of its rows."""
    if "session" in vars(work):
        work.session.flush()
        work.session.close()
