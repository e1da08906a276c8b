"""The OpenAPI document is whole, and what the API says fits it."""

import pytest
from flask import Flask
from jsonschema import Draft202012Validator

from app import leases
from tests import factories
from tests.app.api.conftest import Caller

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

BODY = {"version": "lab/echo", "input": {"text": "Nadia"}}
UNSET = ("webhook", "webhook_events_filter", "webhook_completed", "stream", "lifetime")


@pytest.fixture
def document(http):
    return Caller(http).get("/openapi.json").json


def routes(app: Flask):
    for rule in app.url_map.iter_rules():
        path = rule.rule.replace("<", "{").replace(">", "}")
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            yield path, method.lower()


def fits(document, shape, value):
    schema = {"$ref": f"#/components/schemas/{shape}", "components": document["components"]}
    Draft202012Validator(schema).validate(value)


def test_every_route_is_described(http, document):
    described = {(path, method) for path, ways in document["paths"].items() for method in ways}

    assert described == set(routes(http.application))


def test_every_reference_leads_somewhere(document):
    schemas = document["components"]["schemas"]
    for name, schema in schemas.items():
        Draft202012Validator.check_schema(schema)
        assert "$defs" not in schema, name
    references = str(document).split("#/components/schemas/")[1:]
    assert {each.split("'")[0] for each in references} <= set(schemas)


def test_every_route_under_v1_tells_of_tokens_and_problems(document):
    assert document["security"] == [{"bearer": []}, {"token": []}]
    for path, operations in document["paths"].items():
        for operation in operations.values():
            needs_token = operation.get("security") is None
            is_open = "/streams/" in path or path.endswith("/download")
            assert needs_token == (path.startswith("/v1/") and not is_open)
            assert ("401" in operation["responses"]) == needs_token


def test_errors_are_described_as_problems(document):
    for operations in document["paths"].values():
        for operation in operations.values():
            for status, answer in operation["responses"].items():
                assert "X-Request-Id" in answer["headers"]
                is_problem = "Problem" in str(answer)
                assert is_problem == ("application/problem+json" in answer.get("content", {}))
                assert is_problem or status in {"200", "201", "202", "204", "206", "503"}


def test_creating_tells_of_its_headers_and_both_answers(document):
    create = document["paths"]["/v1/predictions"]["post"]

    assert {each["name"] for each in create["parameters"]} == {"Prefer", "Cancel-After"}
    assert {"201", "202", "400", "401", "413", "415", "422", "503"} <= set(create["responses"])
    assert {"Location", "Preference-Applied"} <= set(create["responses"]["201"]["headers"])


def test_what_the_api_says_fits_what_it_describes(caller, account, document):
    row = factories.prediction(account, webhook="http://127.0.0.1:9700/")
    with leases.ending(leases.take(row.id, "worker-1")):
        pass

    for path, shape in {
        f"/v1/predictions/{row.id}": "Prediction",
        "/v1/predictions": "PredictionPage",
        f"/v1/predictions/{row.id}/deliveries": "DeliveryPage",
        "/v1/models": "ModelPage",
        "/v1/models/lab/echo": "Model",
        "/v1/models/lab/echo/versions": "VersionPage",
        f"/v1/models/lab/echo/versions/{factories.ECHO}": "Version",
        "/v1/account": "Account",
        "/v1/webhooks/default/secret": "WebhookSecret",
        "/health/live": "Life",
        "/v1/nothing": "Problem",
    }.items():
        fits(document, shape, caller.get(path).json)


def test_what_is_refused_fits_what_is_described(caller, document):
    fits(document, "Problem", caller.post("/v1/predictions", {}).json)


@pytest.mark.parametrize("around", [{}, dict.fromkeys(UNSET)], ids=["plain", "with nulls"])
def test_bodies_that_are_taken_fit_what_is_described(caller, document, around):
    body = {**BODY, **around}

    fits(document, "PredictionBody", body)
    assert caller.post("/v1/predictions", body).status_code == 201


def test_a_null_input_is_described(document):
    fits(document, "PredictionBody", {**BODY, "input": None})
    fits(document, "ModelPredictionBody", {"input": None})
