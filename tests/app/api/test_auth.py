"""Every route, as seen by everybody: no token, a wrong one, a revoked one, another's, one's own."""

from dataclasses import replace

import pytest

from app import accounts, predictions, store
from tests import factories
from tests.app.api.conftest import Caller

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

NONE = "You did not pass an authentication token"
WRONG = "You did not pass a valid authentication token"
BODY = {"input": {"text": "Nadia"}}

FORM = {
    "data": b'--x\r\nContent-Disposition: form-data; name="content"\r\n\r\na\r\n--x--\r\n',
    "content_type": "multipart/form-data; boundary=x",
}

# method, path, body, and the status for somebody with another account
ROUTES = [
    ("POST", "/v1/predictions", {"version": "lab/echo", **BODY}, 201),
    ("POST", "/v1/models/lab/echo/predictions", BODY, 201),
    ("GET", "/v1/predictions", None, 200),
    ("GET", "/v1/predictions/{prediction}", None, 404),
    ("POST", "/v1/predictions/{prediction}/cancel", None, 404),
    ("GET", "/v1/predictions/{prediction}/deliveries", None, 404),
    ("POST", "/v1/predictions/{prediction}/deliveries/{delivery}/replay", None, 404),
    ("GET", "/v1/account", None, 200),
    ("GET", "/v1/models", None, 200),
    ("GET", "/v1/models/lab/echo", None, 200),
    ("GET", "/v1/models/lab/echo/versions", None, 200),
    ("GET", f"/v1/models/lab/echo/versions/{factories.ECHO}", None, 200),
    ("GET", "/v1/webhooks/default/secret", None, 200),
    ("POST", "/v1/files", FORM, 201),
    ("GET", "/v1/files", None, 200),
    ("GET", "/v1/files/{upload}", None, 404),
    ("DELETE", "/v1/files/{upload}", None, 404),
]


@pytest.fixture
def names(account):
    """What stands in the paths: a prediction, a delivery and an upload of the account."""
    row = factories.prediction(account, webhook="http://127.0.0.1:9700/")
    predictions.cancel(account, row.id)
    (delivery,) = store.deliveries.of_prediction(row.id)
    upload = factories.upload(account)
    return {"prediction": row.id, "delivery": delivery.id, "upload": upload.id}


def answers(caller, names):
    """What a caller is answered, route by route."""
    for method, path, body, for_others in ROUTES:
        sent = FORM if body is FORM else {"json": body}
        yield caller.call(method, path.format(**names), **sent), for_others


def test_every_route_stands_in_the_table(http):
    urls = http.application.url_map
    paths = urls.bind("hearth.example")
    names = {"prediction": "p", "delivery": "d", "upload": "u"}
    in_table = {paths.match(path.format(**names), method)[0] for method, path, *_ in ROUTES}

    assert in_table == {name for name in http.application.view_functions if name.startswith("v1.")}


def test_without_a_token_nothing_is_answered(http, names):
    for answer, _ in answers(Caller(http), names):
        assert (answer.status_code, answer.json["detail"]) == (401, NONE), answer.request


def test_with_a_wrong_token_nothing_is_answered(http, names):
    for answer, _ in answers(Caller(http, "hth_wrong"), names):
        assert (answer.status_code, answer.json["detail"]) == (401, WRONG), answer.request


def test_a_revoked_token_is_a_wrong_one(caller, account, names):
    (token,) = store.accounts.tokens(account.id)
    store.accounts.revoke(token.id)

    for answer, _ in answers(caller, names):
        assert (answer.status_code, answer.json["detail"]) == (401, WRONG), answer.request


def test_what_is_anothers_is_not_found(stranger, names):
    for answer, for_others in answers(stranger, names):
        assert answer.status_code == for_others, answer.request


def test_what_is_ones_own_is_answered(caller, names):
    for answer, _ in answers(caller, names):
        assert answer.status_code in {200, 201, 204}, answer.request


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "Token", "TOKEN"])
def test_both_schemes_are_taken_in_any_case(caller, scheme):
    header = {"Authorization": f"{scheme} {caller.token}"}

    assert replace(caller, token=None).get("/v1/account", headers=header).status_code == 200


def test_a_token_is_everything_behind_the_first_space(http, account):
    accounts._keep_token(account, "my own token")

    assert Caller(http, "my own token").get("/v1/account").status_code == 200


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic bGFiOmxhYg==", "hth_bare"])
def test_a_header_that_holds_no_token_is_as_good_as_none(http, header):
    answer = Caller(http).get("/v1/account", headers={"Authorization": header})

    assert (answer.status_code, answer.json["detail"]) == (401, NONE)
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("token", ["é", "\x7f", " ", "x" * 8000])
def test_no_token_is_too_odd_to_be_wrong(http, token):
    assert Caller(http, token).get("/v1/account").json["detail"] == WRONG
