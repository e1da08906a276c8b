"""What must come out the same of both databases."""

from app import store
from tests import factories
from tests.app.api.lists import add, follow, ids

BY_VERSION = {"version": factories.ECHO, "input": {"text": "Nadia"}}


def test_pages_lead_to_the_end_and_back(caller, account):
    rows = add(account, 201)

    first = caller.get("/v1/predictions").json
    second = follow(caller, first["next"])
    third = follow(caller, second["next"])

    assert ids(first) + ids(second) + ids(third) == rows
    assert (first["previous"], third["next"]) == (None, None)
    assert ids(follow(caller, third["previous"])) == ids(second)
    assert follow(caller, second["previous"]) == first


def test_links_stay_true_while_predictions_come_in(caller, account):
    rows = add(account, 150)
    first = caller.get("/v1/predictions").json
    newer = add(account, 30)

    second = follow(caller, first["next"])
    back = follow(caller, second["previous"])

    assert ids(second) == rows[100:]
    assert ids(back) == rows[:100]
    assert ids(follow(caller, back["previous"])) == newer


def test_times_cut_the_list_at_or_after_and_strictly_before(caller, account):
    rows = add(account, 3)
    oldest, middle, newest = (store.predictions.get(id_).created_at for id_ in reversed(rows))
    assert oldest < middle < newest

    page = caller.get(
        "/v1/predictions",
        query_string={"created_after": middle.isoformat(), "created_before": newest.isoformat()},
    ).json

    assert ids(page) == [rows[1]]


def test_surrogates_and_nuls_come_back_as_they_were_sent(caller):
    text = "\ud800 \x00 \u2028"

    made = caller.post("/v1/predictions", {**BY_VERSION, "input": {"text": text}})

    assert made.status_code == 201
    assert caller.get(f"/v1/predictions/{made.json['id']}").json["input"]["text"] == text


def test_numbers_come_back_exactly(caller):
    numbers = [2**53 + 1, -(10**300), -0.0, 1e-320]
    open_schema = {"components": {"schemas": {"Input": {"properties": {"n": {"type": "array"}}}}}}
    factories.version(id="f" * 64, name="numbers", openapi_schema=open_schema)

    made = caller.post("/v1/models/lab/numbers/predictions", {"input": {"n": numbers}})

    got = caller.get(f"/v1/predictions/{made.json['id']}").json["input"]["n"]
    assert repr(got) == repr(numbers)


def test_no_name_of_a_version_is_too_odd_to_be_unknown(caller):
    for name in ("lab/\x00", "\ud800", "lab/echo:\ud800", "a/b/c:d:e", " ", "lab/", ":latest", ""):
        made = caller.post("/v1/predictions", {"version": name, "input": {}})

        assert made.status_code == 422
        assert made.json["title"] == "Invalid version or not permitted"


def test_no_path_is_too_odd_to_be_unknown(caller):
    for name in ("%00", "%ED%A0%80", "a%2Fb", "%F0%9F%94%A5", "..", "a%0D%0Ab"):
        assert caller.get(f"/v1/predictions/{name}").status_code == 404
        assert caller.get(f"/v1/models/lab/{name}").status_code == 404
