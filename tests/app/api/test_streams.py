"""The routes of streams, over predictions that have ended."""

import pytest

from app import holds
from app.status import Status
from tests import factories
from tests.app.api.conftest import PUBLIC_URL

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

KEY = "item-" + "k" * 32
PATH = f"/v1/streams/{KEY}"
ITERATOR = {"type": "array", "items": {"type": "string"}, "x-cog-array-type": "iterator"}


@pytest.fixture
def prediction(account):
    given = {"output": ["a", "b"], "lease_number": 1, "stream_key": KEY}
    return factories.prediction(account, status=Status.SUCCEEDED, **given)


def test_a_prediction_whose_output_comes_in_pieces_says_where(caller, account):
    schemas = {**factories.SCHEMA["components"]["schemas"], "Output": ITERATOR}
    factories.version(
        id="d" * 64, name="pieces", openapi_schema={"components": {"schemas": schemas}}
    )
    body = {"input": {"text": "Nadia"}, "stream": True}

    created = caller.post("/v1/models/lab/pieces/predictions", body).json

    stream = created["urls"]["stream"]
    assert stream.startswith(f"{PUBLIC_URL}/v1/streams/item-")
    assert caller.get(f"/v1/predictions/{created['id']}").json["urls"]["stream"] == stream


def test_a_prediction_whose_output_comes_whole_has_no_stream(caller):
    body = {"input": {"text": "Nadia"}, "stream": True}

    created = caller.post("/v1/models/lab/echo/predictions", body).json

    assert set(created["urls"]) == {"get", "cancel", "web"}


@pytest.mark.parametrize("accept", ["text/event-stream", "*/*", "application/json", None])
def test_a_stream_needs_no_token_and_is_never_kept(http, prediction, accept):
    answer = http.get(PATH, headers={"Accept": accept} if accept else {})

    assert answer.status_code == 200
    assert answer.mimetype == "text/event-stream"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Accel-Buffering"] == "no"
    assert answer.text.endswith("event: done\nid: 1:2\ndata: {}\n\n")


def test_a_stream_goes_on_after_the_last_event(http, prediction):
    answer = http.get(PATH, headers={"Last-Event-ID": "1:1"})

    assert "data: a\n" not in answer.text
    assert "id: 1:2\ndata: b\n" in answer.text


@pytest.mark.parametrize("path", ["/v1/streams/nothing", "/v1/files/streams/nothing"])
def test_an_unknown_key_is_a_problem(http, path):
    answer = http.get(path)

    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")


def test_a_head_has_the_headers_alone_and_holds_nothing(http, prediction):
    free = holds.places()._value

    answer = http.head(PATH)

    assert (answer.status_code, answer.mimetype, answer.data) == (200, "text/event-stream", b"")
    assert holds.places()._value == free


def test_only_so_many_streams_are_held(http, prediction, configure):
    configure(held_requests=1)
    first = http.get(PATH, buffered=False)

    second = http.get(PATH)
    first.close()

    assert (second.status_code, second.headers["Retry-After"]) == (503, "5")
    assert http.get(PATH).status_code == 200


def test_where_too_many_are_held_a_wait_is_answered_at_once(caller, configure):
    configure(held_requests=1, wait_seconds=50)
    body = {"input": {"text": "Nadia"}}

    with holds.held():
        answer = caller.post("/v1/models/lab/echo/predictions", body, headers={"Prefer": "wait=50"})

    assert (answer.status_code, answer.json["status"]) == (202, "starting")


@pytest.mark.parametrize(
    ("origins", "allowed"),
    [
        ("", None),
        ("https://a.example,https://b.example", True),
        ("*", True),
        ("https://c.example", None),
    ],
)
def test_web_pages_read_streams_where_the_operator_says_so(
    http, prediction, configure, origins, allowed
):
    configure(stream_origins=origins)
    origin = "https://b.example"

    answer = http.get(PATH, headers={"Origin": origin})

    assert answer.headers.get("Access-Control-Allow-Origin") == (allowed and origin)


def test_a_browser_may_ask_first(http, configure):
    configure(stream_origins="*")

    answer = http.options(PATH, headers={"Origin": "https://b.example"})

    assert answer.status_code == 200
    assert "Last-Event-ID" in answer.headers["Access-Control-Allow-Headers"]
