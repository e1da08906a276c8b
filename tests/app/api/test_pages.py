"""Lists in pages: their cursors, filters and links."""

from urllib.parse import parse_qs, urlsplit

import pytest

from app import models
from app.api import pages
from tests import factories
from tests.app.api.lists import add, follow, ids

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def test_an_empty_list_is_a_page(caller):
    assert caller.get("/v1/predictions").json == {"next": None, "previous": None, "results": []}


def test_a_hundred_fit_on_a_page(caller, account):
    rows = add(account, 100)

    page = caller.get("/v1/predictions").json

    assert (ids(page), page["next"], page["previous"]) == (rows, None, None)


def test_links_carry_the_filters(caller, account):
    add(account, 101)
    after = "2020-01-01T00:00:00+00:00"

    page = caller.get("/v1/predictions", query_string={"created_after": after}).json

    assert parse_qs(urlsplit(page["next"]).query)["created_after"] == [after]
    assert len(follow(caller, page["next"])["results"]) == 1


def test_only_the_callers_predictions_are_listed(stranger, account):
    add(account, 2)

    assert stranger.get("/v1/predictions").json["results"] == []


@pytest.mark.parametrize("name", ["created_after", "created_before"])
@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01", "1770110000", "\x00"])
def test_a_time_that_is_none_is_refused_by_its_name(caller, name, text):
    answer = caller.get("/v1/predictions", query_string={name: text})

    assert answer.status_code == 422
    assert answer.json["detail"].startswith(name)


@pytest.mark.parametrize("text", ["2026-02-03", "2026-02-03T09:15:00", "2026-02-03T09:15:00.12Z"])
def test_times_are_read_in_their_usual_forms(caller, text):
    assert caller.get("/v1/predictions", query_string={"created_after": text}).status_code == 200


@pytest.mark.parametrize("path", ["/v1/predictions", "/v1/models"])
@pytest.mark.parametrize("cursor", ["", "abc", "%00", "b2xkZXI=", "AAAA", "\udcff", "é"])
def test_a_foreign_cursor_is_refused(caller, path, cursor):
    answer = caller.get(path, query_string={"cursor": cursor.encode(errors="surrogateescape")})

    assert answer.status_code == 422
    assert "cursor" in answer.json["detail"]


def test_models_go_on_by_name(caller, monkeypatch):
    monkeypatch.setattr(models, "PAGE", 1)
    monkeypatch.setattr(pages, "PAGE", 1)
    factories.version(id="b" * 64, name="bare")

    first = caller.get("/v1/models").json
    second = follow(caller, first["next"])

    assert [page["results"][0]["name"] for page in (first, second)] == ["bare", "echo"]
    assert follow(caller, second["next"])["results"] == []
