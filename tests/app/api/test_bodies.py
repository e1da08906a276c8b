"""What bodies may look like, and everything that is said of one that may not."""

import json

import pytest

from tests import factories

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

GOOD = {"version": factories.ECHO, "input": {"text": "Nadia"}}
GOOD_JSON = json.dumps(GOOD)

UNREADABLE = {
    "empty": b"",
    "no JSON": b"{",
    "not UTF-8": b'{"version": "\xff"}',
    "a surrogate in UTF-8": b'{"version": "\xed\xa0\x80"}',
    "UTF-16": GOOD_JSON.encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf" + GOOD_JSON.encode(),
    "an array": b"[]",
    "a string": b'"text"',
    "null": b"null",
    "two objects": b"{}{}",
    "a key twice": b'{"input": {}, "input": {}}',
    "an inner key twice": b'{"input": {"a": 1, "a": 1}}',
    "NaN": b'{"input": {"a": NaN}}',
    "Infinity": b'{"input": {"a": -Infinity}}',
    "a number too large": b'{"input": {"a": 1e999}}',
    "a number too long": b'{"input": {"a": ' + b"9" * 5000 + b"}}",
    "65 levels": b'{"input":' + b"[" * 64 + b"]" * 64 + b"}",
    "too deep for a parser": b"[" * 200_000,
    "gzip": b"\x1f\x8b\x08\x00",
}


def fields(answer):
    return [
        (each["type"], each["field"], each["description"]) for each in answer.json["invalid_fields"]
    ]


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_read_is_a_bad_request(caller, body):
    answer = caller.call("POST", "/v1/predictions", data=body, content_type="application/json")

    assert answer.status_code == 400
    assert answer.content_type == "application/problem+json"
    assert set(answer.json) == {"title", "detail", "status"}


def test_64_levels_are_read(caller):
    body = {**GOOD, "input": {"text": "Nadia", "more": json.loads("[" * 62 + "]" * 62)}}

    assert caller.post("/v1/predictions", body).status_code == 201


@pytest.mark.parametrize("media", [None, "application/json", "application/json; charset=utf-8"])
def test_json_is_read_under_its_names(caller, media):
    answer = caller.call("POST", "/v1/predictions", data=GOOD_JSON, content_type=media)

    assert answer.status_code == 201


@pytest.mark.parametrize("media", ["text/plain", "application/x-www-form-urlencoded"])
def test_other_media_are_not_read(caller, media):
    answer = caller.call("POST", "/v1/predictions", data=GOOD_JSON, content_type=media)

    assert answer.status_code == 415


def test_everything_wrong_is_said_at_once(caller):
    body = {
        "model": "lab/echo",
        "input": {"times": 10, "unknown": 1},
        "webhook_events_filter": ["start", "end"],
        "version": factories.ECHO,
    }

    answer = caller.post("/v1/predictions", body)

    assert answer.status_code == 422
    assert fields(answer) == [
        ("additional_property_not_allowed", "", "Additional property model is not allowed"),
        (
            "enum",
            "webhook_events_filter.1",
            '1 must be one of the following: "start", "output", "logs", "completed"',
        ),
        ("required", "input", "text is required"),
        ("number_lte", "input.times", "Must be less than or equal to 9"),
    ]
    assert answer.json["detail"].splitlines()[0] == "- Additional property model is not allowed"


ENVELOPES = {
    "nothing": (
        {},
        [("required", "", "input is required"), ("required", "", "version is required")],
    ),
    "null input": (
        {"version": factories.ECHO, "input": None},
        [("required", "input", "text is required")],
    ),
    "null for a version": (
        {"version": None, "input": {}},
        [("invalid_type", "version", "Invalid type. Expected: string, given: null")],
    ),
    "null for what is not known": (
        {**GOOD, "unknown": None},
        [
            (
                "additional_property_not_allowed",
                "",
                "Additional property unknown is not allowed",
            )
        ],
    ),
    "a number for a version": (
        {"version": 7, "input": {}},
        [("invalid_type", "version", "Invalid type. Expected: string, given: integer")],
    ),
    "text for stream": (
        {**GOOD, "stream": "yes"},
        [("invalid_type", "stream", "Invalid type. Expected: boolean, given: string")],
    ),
    "an empty webhook": (
        {**GOOD, "webhook": ""},
        [("string_gte", "webhook", "String length must be greater than or equal to 1")],
    ),
}


@pytest.mark.parametrize(("body", "wrong"), ENVELOPES.values(), ids=ENVELOPES)
def test_what_stands_around_the_input_is_checked(caller, body, wrong):
    answer = caller.post("/v1/predictions", body)

    assert (answer.status_code, sorted(fields(answer))) == (422, wrong)


def test_no_input_is_enough_for_a_model_that_needs_none(caller):
    optional = {"openapi": "3.0.2", "components": {"schemas": {"Input": {"type": "object"}}}}
    factories.version(id="d" * 64, name="plain", openapi_schema=optional)

    answer = caller.post("/v1/models/lab/plain/predictions", {"input": None})

    assert (answer.status_code, answer.json["input"]) == (201, {})


@pytest.mark.parametrize(
    "name", ["webhook", "webhook_events_filter", "webhook_completed", "stream", "lifetime"]
)
def test_null_is_as_good_as_nothing_around_the_input(caller, name):
    answer = caller.post("/v1/predictions", {**GOOD, name: None})

    assert answer.status_code == 201
    assert answer.json.get(name) is None


def test_the_old_webhook_counts_beside_a_null_one(caller):
    url = "http://127.0.0.1:9700/"

    answer = caller.post("/v1/predictions", {**GOOD, "webhook": None, "webhook_completed": url})

    assert answer.json["webhook"] == url


def test_an_empty_filter_means_the_usual_events(caller):
    url = "http://127.0.0.1:9700/"
    body = {**GOOD, "webhook": url, "webhook_events_filter": []}

    answer = caller.post("/v1/predictions", body)

    assert (answer.status_code, answer.json["webhook_events_filter"]) == (201, None)


def test_a_model_is_not_asked_for_a_version(caller):
    answer = caller.post("/v1/models/lab/echo/predictions", GOOD)

    assert fields(answer) == [
        ("additional_property_not_allowed", "", "Additional property version is not allowed")
    ]


def test_unknown_inputs_are_dropped(caller):
    answer = caller.post("/v1/predictions", {**GOOD, "input": {"text": "Nadia", "unknown": 1}})

    assert answer.json["input"] == {"text": "Nadia", "times": 1}
