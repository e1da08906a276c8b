"""The API over the real store, spoken to through HTTP; what would go to the broker is noted."""

import functools
import json
from dataclasses import dataclass
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import accounts, create_app
from tests import factories

PUBLIC_URL = "https://hearth.example"


@dataclass(frozen=True)
class Caller:
    """Somebody with a token, or without one, who speaks JSON."""

    http: FlaskClient
    token: str | None = None

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.call("GET", path, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> TestResponse:
        data = None if body is None else json.dumps(body)
        return self.call("POST", path, data=data, content_type="application/json", **options)

    def call(self, method: str, path: str, *, headers: Any = None, **options: Any) -> TestResponse:
        token = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return self.http.open(path, method=method, headers={**token, **(headers or {})}, **options)


@pytest.fixture
def http(configure, version, queued) -> FlaskClient:
    configure(public_url=PUBLIC_URL, egress_allow="127.0.0.1/32:9000-9999", wait_seconds=0.05)
    return create_app().test_client()


@pytest.fixture
def closing(http, monkeypatch) -> None:
    """Has the client read and close what it is answered, as a web server does."""
    monkeypatch.setattr(http, "open", functools.partial(http.open, buffered=True))


@pytest.fixture
def caller(http, account) -> Caller:
    """The owner of the account."""
    return Caller(http, accounts.new_token(account)[0])


@pytest.fixture
def stranger(http) -> Caller:
    """Somebody with another account."""
    return Caller(http, accounts.new_token(factories.account())[0])
