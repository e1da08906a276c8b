"""What must stay true of every route, and of what the web process loads."""

import re
import subprocess
import sys

import pytest

from app import create_app

PUBLIC = {"/health/live", "/health/ready", "/openapi.json"}
STREAMS = {"/v1/streams/key", "/v1/files/streams/key"}  # the key is unguessable
SIGNED = {"/v1/files/file_id/download"}
OUTPUTS = {"/files/key/name"}  # the same
HEAVY = {"tasks", "torch", "transformers", "numpy", "PIL", "alembic"}


@pytest.fixture
def app(configure):
    return create_app()


def loaded(statement):
    """The top-level packages that a fresh interpreter has loaded after a statement."""
    script = f"{statement}; import sys; print(*{{name.split('.')[0] for name in sys.modules}})"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_every_route_needs_a_token_except_the_public_ones(app):
    client = app.test_client()
    for rule in app.url_map.iter_rules():
        path = rule.rule.replace("<", "").replace(">", "")
        for method in rule.methods:
            if path not in PUBLIC | STREAMS | SIGNED | OUTPUTS:
                assert client.open(path, method=method).status_code == 401, f"{method} {path}"


def test_the_public_routes_are_these(app):
    paths = {re.sub("[<>]", "", rule.rule) for rule in app.url_map.iter_rules()}

    assert {path for path in paths if not path.startswith("/v1/")} == PUBLIC | OUTPUTS


def test_routes_are_small(app):
    for name, view in app.view_functions.items():
        code = view.__wrapped__.__code__
        lines = {line for *_, line in code.co_lines() if line}
        assert len(lines) <= 15, name


def test_the_web_process_loads_no_worker_and_no_model():
    assert not loaded("from app import create_app; create_app()") & HEAVY


def test_workers_load_no_web_framework():
    assert not loaded("from app import deliveries, leases, upkeep") & {"flask", "spectree"}
