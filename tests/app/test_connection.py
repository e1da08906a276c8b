"""Transactions: what is changed together, and what follows once it stands."""

import os
import socket
import sqlite3
import threading
import time

import pytest

from app import store
from app.errors import Unavailable
from app.status import Status
from app.store import connection, migration
from app.tables import Account
from config import settings
from tests import factories


def test_what_raises_inside_a_transaction_leaves_nothing_behind(database):
    told = []

    def break_off():
        with store.transaction():
            factories.account(id="half")
            store.after_commit(told.append, "done")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()

    assert store.accounts.get("half") is None
    assert told == []


def test_what_is_to_follow_is_done_after_the_commit(database):
    seen = []

    with store.transaction():
        factories.account(id="whole")
        store.after_commit(lambda: seen.append(store.accounts.get("whole")))
        assert seen == []

    assert isinstance(seen[0], Account)


def test_inner_transactions_join_the_outer_one(database):
    def break_off():
        with store.transaction():
            with store.transaction():
                factories.account(id="inner")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()

    assert store.accounts.get("inner") is None


def test_after_commit_needs_a_transaction(database):
    with pytest.raises(RuntimeError, match="open transaction"):
        store.after_commit(print)


def test_many_writers_wait_for_each_other(database):
    def write(number):
        for turn in range(10):
            factories.account(id=f"{number}-{turn}")

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert all(store.accounts.get(f"{n}-{t}") for n in range(8) for t in range(10))


ODD = {"text\0": "a\0b \ud800 \udfff \U0001f600", "pieces": ["\0", {"\ud800": "\\u0000"}]}


def test_json_keeps_strings_that_no_database_takes_as_text(database):
    owner = factories.account()
    factories.version()
    row = factories.prediction(owner, input=ODD)

    changes = {"output": ODD, "metrics": ODD}
    store.predictions.change(row.id, changes, where=[Status.STARTING])

    for read in (store.predictions.get(row.id), *store.predictions.waiting(factories.ECHO)):
        assert (read.input, read.output, read.metrics) == (ODD, ODD, ODD)


def test_a_database_that_is_away_is_said_to_be(configure, tmp_path):
    configure(database_url="postgresql+psycopg://nobody@127.0.0.1:1/none")

    with pytest.raises(Unavailable):
        store.check()


def test_a_database_that_accepts_and_says_nothing_is_given_up_soon(configure, monkeypatch):
    monkeypatch.setitem(connection.POSTGRESQL_LIMITS, "connect_timeout", 2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        configure(database_url=f"postgresql+psycopg://x@127.0.0.1:{silent.getsockname()[1]}/x")
        began = time.monotonic()

        with pytest.raises(Unavailable):
            store.check()

    assert time.monotonic() - began < 5


@pytest.mark.postgres
@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_a_host_that_vanishes_is_noticed_by_the_kernel(database):
    with connection.engine().connect() as opened:
        wire = socket.socket(fileno=os.dup(opened.connection.driver_connection.fileno()))

    with wire:
        assert wire.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        assert wire.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 10
        assert wire.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL) == 5
        assert wire.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT) == 3
        assert wire.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 10_000


@pytest.mark.postgres
@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_connections_that_the_server_has_closed_are_made_anew(database, postgres_server):
    store.check()

    postgres_server.execute(
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        f"WHERE datname = '{connection.engine().url.database}'"
    )

    store.check()


@pytest.mark.postgres
@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_the_url_of_a_database_may_say_other_limits(database, configure):
    configure(database_url=f"{settings.load().database_url}?keepalives_idle=77&connect_timeout=9")

    with connection.engine().connect() as opened:
        chosen = opened.connection.driver_connection.info.get_parameters()

    assert (chosen["keepalives_idle"], chosen["keepalives_count"]) == ("77", "3")


def test_migrating_twice_is_as_good_as_once(database):
    migration.migrate()
    migration.migrate()

    store.check()


@pytest.fixture
def other_writer(sqlite):
    """Another process's connection, which has begun to write."""
    file = settings.load().data_dir / "hearth.db"
    other = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    yield other
    other.close()


def test_a_writer_goes_on_once_another_process_has_written(other_writer):
    threading.Timer(0.05, other_writer.execute, ["COMMIT"]).start()

    account = factories.account()

    assert store.accounts.get(account.id)


def test_a_writer_that_waited_long_enough_is_told_so(other_writer, monkeypatch):
    monkeypatch.setattr(connection, "BUSY_SECONDS", 0)

    with pytest.raises(Unavailable):
        factories.account()


def test_readers_wait_for_no_writer(other_writer):
    assert store.accounts.get("nobody") is None


def test_what_fails_after_the_commit_stops_neither_the_caller_nor_the_rest(database):
    told = []

    with store.transaction():
        factories.account(id="whole")
        store.after_commit(lambda: 1 / 0)
        store.after_commit(told.append, "next")

    assert told == ["next"]
    assert store.accounts.get("whole")
