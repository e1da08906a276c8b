"""Models, versions, the account and the webhook secret over HTTP."""

import pytest

from tests import factories
from tests.app.api.conftest import PUBLIC_URL

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

MODEL_KEYS = {
    "url", "owner", "name", "description", "visibility", "is_official", "github_url", "paper_url",
    "license_url", "weights_url", "cover_image_url", "run_count", "created_at", "default_example",
    "latest_version",
}  # fmt: skip


def test_a_model_has_every_key_and_its_newest_version(caller, version):
    got = caller.get("/v1/models/lab/echo").json

    assert set(got) == MODEL_KEYS
    assert (got["url"], got["run_count"]) == (f"{PUBLIC_URL}/lab/echo", 0)
    assert got["latest_version"]["id"] == factories.ECHO
    assert got["latest_version"]["openapi_schema"] == factories.SCHEMA
    assert got["latest_version"]["cog_version"] == version.cog_version


def test_models_are_listed_as_they_are_got(caller):
    page = caller.get("/v1/models").json

    assert page["results"] == [caller.get("/v1/models/lab/echo").json]


def test_versions_are_listed_newest_first(caller):
    factories.version(id="0" * 64)

    page = caller.get("/v1/models/lab/echo/versions").json

    assert [each["id"] for each in page["results"]] == ["0" * 64, factories.ECHO]
    assert (page["next"], page["previous"]) == (None, None)


def test_a_version_is_got_by_its_id(caller):
    got = caller.get(f"/v1/models/lab/echo/versions/{factories.ECHO}").json

    assert set(got) == {"id", "created_at", "cog_version", "openapi_schema"}


def test_the_account_is_the_tokens(caller, account):
    assert caller.get("/v1/account").json == {
        "type": "user",
        "username": account.username,
        "name": account.username,
        "github_url": None,
        "avatar_url": None,
    }


def test_the_webhook_secret_is_the_accounts(caller, account):
    assert caller.get("/v1/webhooks/default/secret").json == {"key": account.webhook_secret}
