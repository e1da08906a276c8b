"""Which part of the code may use what, wherever in a file it is imported."""

import ast

import pytest

from tests.architecture import sources

HTTP_CLIENTS = (
    "aiohttp",
    "ftplib",
    "http.client",
    "httpx",
    "requests",
    "smtplib",
    "urllib.request",
    "urllib3",
    "xmlrpc",
)
UNSAFE = ("cloudpickle", "dill", "joblib", "marshal", "pickle", "shelve")
CONNECTORS = {"socket.create_connection", "asyncio.open_connection"}

ONLY_THERE = [
    pytest.param(
        ("celery", "kombu", "billiard"),
        ("tasks/", "app/queues.py", "app/bulletin.py", "config/transport.py"),
        id="celery",
    ),
    pytest.param(
        ("flask", "werkzeug", "spectree"), ("app/__init__.py", "app/api/"), id="web framework"
    ),
    pytest.param(
        ("sqlalchemy", "alembic"),
        ("app/store/", "app/columns.py", "app/tables.py", "app/migrations/"),
        id="sql",
    ),
    pytest.param(
        HTTP_CLIENTS,
        (
            "app/egress/",
            "tasks/cli/",  # `hearth up` asks the API it has just started
            "tasks/redis_server.py",
            "predictors/llama/",  # a Cog folder stands alone
            "predictors/runner/",
        ),
        id="http clients",
    ),
]


@pytest.mark.parametrize(("modules", "places"), ONLY_THERE)
def test_it_is_imported_only_where_it_belongs(modules, places):
    strays = [
        f"{file}: {name}"
        for file, tree in sources.files()
        for name in sources.imports(tree)
        if sources.is_below(name, modules) and not file.startswith(places)
    ]

    assert not strays


def test_only_egress_and_the_runner_open_connections():
    strays = [
        f"{file}: {name}"
        for file, tree in sources.files()
        for name in (*sources.imports(tree), *sources.mentions(tree))
        if name in CONNECTORS and not file.startswith("predictors/runner/")
    ]

    assert not strays


def test_nothing_reads_formats_that_run_code():
    everywhere = (*sources.PACKAGES, "bench", "docs", "examples", "tests")

    strays = [
        f"{file}: {name}"
        for file, tree in sources.files(*everywhere)
        for name in sources.imports(tree)
        if sources.is_below(name, UNSAFE)
    ]

    assert not strays


def test_a_scan_sees_imports_inside_functions():
    tree = ast.parse("def load():\n    from http import client\n    import pickle\n")

    assert set(sources.imports(tree)) == {"http.client", "pickle"}
