"""Every error and its JSON."""

import io
import json

import pytest
import structlog

from app import create_app, predictions, store
from app.errors import Unavailable
from tests import factories

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

VERSION = "The specified version does not exist (or perhaps you don't have permission to use it?)"
NOT_FOUND = {"detail": "The requested resource could not be found.", "status": 404}
UNKNOWN_VERSION = {"title": "Invalid version or not permitted", "detail": VERSION, "status": 422}
WRONG_LIFE = {
    "title": "Invalid request",
    "detail": "Cancel-After must be a duration from 5s to 24h, such as 30, 90s, 5m or 1m30s.",
    "status": 422,
}
WRONG_INPUT = {
    "title": "Input validation failed",
    "detail": "- input: text is required\n",
    "status": 422,
    "invalid_fields": [
        {"type": "required", "field": "input", "description": "text is required"},
    ],
}
NOT_ALLOWED = {
    "title": "Method Not Allowed",
    "detail": "The method is not allowed for the requested URL.",
    "status": 405,
}
TOO_LARGE = {
    "title": "Request body too large",
    "detail": "The request body is larger than this server reads.",
    "status": 413,
}
OTHER_MEDIA = {
    "title": "Unsupported Media Type",
    "detail": "The request body must be sent as application/json.",
    "status": 415,
}
GOOD = {"version": "lab/echo", "input": {"text": "Nadia"}}

PROBLEMS = {
    "no such path": ("GET", "/v1/nothing", {}, NOT_FOUND),
    "no such path outside": ("GET", "/nothing", {}, NOT_FOUND),
    "two slashes": ("GET", "//v1//account", {}, NOT_FOUND),
    "no such prediction": ("GET", "/v1/predictions/nothing", {}, NOT_FOUND),
    "no such prediction to cancel": ("POST", "/v1/predictions/nothing/cancel", {}, NOT_FOUND),
    "no such model": ("GET", "/v1/models/lab/nothing", {}, NOT_FOUND),
    "no such model to ask": ("POST", "/v1/models/lab/nothing/predictions", {}, NOT_FOUND),
    "no versions of no model": ("GET", "/v1/models/lab/nothing/versions", {}, NOT_FOUND),
    "no such version to get": ("GET", "/v1/models/lab/echo/versions/nothing", {}, NOT_FOUND),
    "a version of another model": (
        "GET",
        f"/v1/models/lab/other/versions/{factories.ECHO}",
        {},
        NOT_FOUND,
    ),
    "no such version": ("POST", "/v1/predictions", {**GOOD, "version": "0" * 64}, UNKNOWN_VERSION),
    "latest": ("POST", "/v1/predictions", {**GOOD, "version": "lab/echo:latest"}, UNKNOWN_VERSION),
    "an empty version": ("POST", "/v1/predictions", {**GOOD, "version": ""}, UNKNOWN_VERSION),
    "wrong input": ("POST", "/v1/predictions", {**GOOD, "input": {}}, WRONG_INPUT),
    "a wrong method": ("DELETE", "/v1/account", {}, NOT_ALLOWED),
    "too large": ("POST", "/v1/predictions", {**GOOD, "input": {"text": "x" * 2000}}, TOO_LARGE),
}


@pytest.fixture
def http(configure, http):
    configure(body_bytes=1024)
    return create_app().test_client()


@pytest.mark.parametrize(("method", "path", "body", "problem"), PROBLEMS.values(), ids=PROBLEMS)
def test_errors_are_problems(caller, method, path, body, problem):
    answer = caller.call(method, path, json=body)

    assert (answer.status_code, answer.json) == (problem["status"], problem)
    assert answer.content_type == "application/problem+json"


@pytest.mark.parametrize("text", ["", "4s", "25h", "soon"])
def test_a_wrong_deadline_is_refused_by_its_name(caller, text):
    answer = caller.post("/v1/predictions", GOOD, headers={"Cancel-After": text})

    assert (answer.status_code, answer.json) == (422, WRONG_LIFE)


def test_other_media_are_named(caller):
    answer = caller.call("POST", "/v1/predictions", data="text", content_type="text/plain")

    assert (answer.status_code, answer.json) == (415, OTHER_MEDIA)


@pytest.mark.parametrize(("size", "status"), [(1000, 201), (1025, 413), (100_000, 413)])
def test_a_body_in_chunks_is_refused_past_the_limit(caller, size, status):
    body = json.dumps(GOOD).encode().ljust(size)
    chunked = {
        "input_stream": io.BytesIO(body),
        "environ_overrides": {"wsgi.input_terminated": True},
    }

    answer = caller.call("POST", "/v1/predictions", **chunked)

    assert answer.status_code == status


def test_a_wrong_method_is_told_the_right_ones(caller):
    allowed = caller.call("PATCH", "/v1/predictions").headers["Allow"]

    assert {"GET", "POST"} <= set(allowed.split(", "))


def test_while_the_store_is_away_a_client_is_told_when_to_come_back(caller, monkeypatch):
    def away(*_arguments):
        raise Unavailable("The database does not answer; try again shortly.")

    monkeypatch.setattr(store.accounts, "by_digest", away)

    answer = caller.get("/v1/account")

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert answer.json["title"] == "Service unavailable"


def test_the_unexpected_is_logged_and_not_disclosed(caller, monkeypatch, capsys):
    def break_down(*_arguments):
        raise RuntimeError("the secret reason")

    monkeypatch.setattr(predictions, "page", break_down)

    answer = caller.get("/v1/predictions")

    assert (answer.status_code, answer.json["status"]) == (500, 500)
    assert "secret reason" not in answer.text
    logged = capsys.readouterr().out
    assert "the secret reason" in logged
    assert answer.headers["X-Request-Id"] in logged


def test_each_answer_names_its_request(caller):
    first, second = (caller.get("/v1/nothing").headers["X-Request-Id"] for _ in range(2))

    assert first != second


def test_what_is_logged_after_a_request_does_not_carry_its_id(caller):
    caller.get("/v1/account")

    assert structlog.contextvars.get_contextvars() == {}


def test_head_says_what_get_would(caller):
    got, head = (caller.call(method, "/v1/account") for method in ("GET", "HEAD"))

    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Content-Length"] == got.headers["Content-Length"]


def test_a_slash_at_the_end_changes_nothing(caller):
    assert caller.get("/v1/account/").json == caller.get("/v1/account").json
