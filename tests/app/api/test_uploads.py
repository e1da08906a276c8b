"""Uploads over HTTP: what each client sends, the limits, and that nothing stays of what failed."""

import hashlib
import io
import json

import pytest

from app import blobs, store
from config import settings
from tests.app.api.conftest import PUBLIC_URL

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

CONTENT = b"\x89PNG\r\n--not a boundary\r\n" + bytes(range(256)) * 100


def file(name="cat.png", content=CONTENT, kind="image/png"):
    return (io.BytesIO(content), name, kind)


def upload(caller, content=None, **fields):
    return caller.call("POST", "/v1/files", data={"content": content or file(), **fields})


def kept() -> list[str]:
    folder = settings.load().data_dir
    return [str(path) for path in folder.glob("[bd][lr]*/**/*") if path.is_file()]


def test_an_upload_is_answered_with_all_that_is_known_of_it(caller):
    answer = upload(caller)

    got = answer.json
    checksums = {name: hashlib.new(name, CONTENT).hexdigest() for name in ("sha256", "md5")}
    assert answer.status_code == 201
    assert got["urls"] == {"get": f"{PUBLIC_URL}/v1/files/{got['id']}"}
    assert got["created_at"][:10] < got["expires_at"][:10]
    assert {name: got[name] for name in ("name", "etag", "content_type", "size")} == {
        "name": "cat.png",
        "etag": checksums["md5"],
        "content_type": "image/png",
        "size": len(CONTENT),
    }
    assert (got["checksums"], got["metadata"]) == (checksums, {})
    with blobs.open(checksums["sha256"]) as content:
        assert content.read() == CONTENT


def test_it_can_be_got_listed_and_deleted(caller):
    made = upload(caller).json
    path = f"/v1/files/{made['id']}"

    assert caller.get(path).json == made
    assert caller.get("/v1/files").json == {"next": None, "previous": None, "results": [made]}
    deleted = caller.call("DELETE", path)
    assert (deleted.status_code, deleted.data) == (204, b"")
    assert caller.call("DELETE", path).status_code == 404
    assert caller.get(path).status_code == 404
    assert caller.get("/v1/files").json["results"] == []


FORMS = {
    "text": {"metadata": '{"a": "1"}'},
    "a file part": {"metadata": (io.BytesIO(b'{"a": "1"}'), "blob", "application/json")},
    "brackets": {"metadata[a]": "1"},
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_metadata_comes_in_three_forms(caller, form):
    assert upload(caller, **form).json["metadata"] == {"a": "1"}


def test_brackets_stand_for_objects_and_lists(caller):
    fields = {"metadata[a]": "1", "metadata[b][c][]": ["2", "3"], "metadata[b][d]": "4"}

    assert upload(caller, **fields).json["metadata"] == {
        "a": "1",
        "b": {"c": ["2", "3"], "d": "4"},
    }


def test_fields_win_over_what_the_part_says(caller):
    got = upload(caller, file("upload"), filename="a/b/Käse.bin", type="Image/GIF").json

    assert (got["name"], got["content_type"]) == ("Käse.bin", "image/gif")


def test_an_upload_without_name_and_type_has_them_all_the_same(caller):
    body = b'--x\r\nContent-Disposition: form-data; name="content"\r\n\r\nabc\r\n--x--\r\n'

    got = caller.call(
        "POST", "/v1/files", data=body, content_type="multipart/form-data; boundary=x"
    )

    assert (got.json["name"], got.json["content_type"]) == ("upload", "application/octet-stream")


def test_an_empty_file_is_a_file(caller):
    assert upload(caller, file(content=b"")).json["size"] == 0


REFUSED = {
    "no content": ({"metadata": "{}"}, 422, "- content: content is required\n"),
    "twice": ({"content": [file(), file()]}, 422, "- content: content must be given once\n"),
    "a long name": ({"content": file(), "filename": "ä" * 128}, 422, "at most 255 bytes"),
    "no media type": ({"content": file(), "type": "picture"}, 422, "- type: Must be a media type"),
    "no JSON": ({"content": file(), "metadata": "{"}, 400, "metadata is not valid JSON"),
    "no object": ({"content": file(), "metadata": "[]"}, 400, "metadata must be a JSON object"),
    "much beside": ({"content": file(), "metadata": " " * 300_000}, 413, "262144 bytes"),
    "many parts": ({"content": file(), "metadata[]": ["1"] * 1000}, 413, "larger than"),
}


@pytest.mark.parametrize(("form", "status", "detail"), REFUSED.values(), ids=REFUSED)
def test_what_is_wrong_is_told_and_leaves_nothing(caller, form, status, detail):
    fresh = {
        name: file() if name == "content" and isinstance(value, tuple) else value
        for name, value in form.items()
    }
    if isinstance(form.get("content"), list):
        fresh["content"] = [file(), file()]

    answer = caller.call("POST", "/v1/files", data=fresh, content_type="multipart/form-data")

    assert answer.status_code == status
    assert detail in answer.json["detail"]
    assert kept() == []


BODIES = {
    "JSON": (b"{}", "application/json", 415),
    "another multipart": (b"", "multipart/mixed; boundary=x", 415),
    "cut off": (b'--x\r\nContent-Disposition: form-data; name="content"\r\n\r\nabc', None, 400),
    "no parts": (b"--x--\r\n", None, 422),
    "not a form": (b"hello", None, 400),
    "no disposition": (b"--x\r\nA: b\r\n\r\nabc\r\n--x--\r\n", None, 400),
    "many headers": (b"--x\r\n" + b"A: b\r\n" * 30 + b"Content-Disposition: form-data; name=a"
                     b"\r\n\r\nabc\r\n--x--\r\n", None, 400),
}  # fmt: skip


@pytest.mark.parametrize(("body", "kind", "status"), BODIES.values(), ids=BODIES)
def test_what_is_no_form_is_refused(caller, body, kind, status):
    kind = kind or "multipart/form-data; boundary=x"

    answer = caller.call("POST", "/v1/files", data=body, content_type=kind)

    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    assert kept() == []


def test_a_file_may_be_as_large_as_the_setting_says(caller, configure):
    configure(upload_bytes=len(CONTENT))
    assert upload(caller).status_code == 201

    configure(upload_bytes=len(CONTENT) - 1)
    answer = upload(caller, file(content=CONTENT[::-1]))

    assert answer.status_code == 413
    assert "HEARTH_UPLOAD_BYTES" in answer.json["detail"]
    assert len(kept()) == 1


def test_a_file_that_is_announced_as_too_large_is_not_read(caller, monkeypatch):
    monkeypatch.setattr("app.api.multipart.read", lambda _: pytest.fail("was read"))
    long = {"CONTENT_LENGTH": str(200 * 2**20)}

    answer = caller.call("POST", "/v1/files", data={"content": file()}, environ_overrides=long)

    assert (answer.status_code, "HEARTH_UPLOAD_BYTES" in answer.json["detail"]) == (413, True)


def test_json_bodies_keep_their_own_limit(caller, configure):
    big = json.dumps({"version": "lab/echo", "input": {"text": "x" * 11 * 2**20}})

    answer = caller.call("POST", "/v1/predictions", data=big, content_type="application/json")

    assert answer.status_code == 413


def test_the_uploads_of_an_account_fit_into_its_quota(caller, stranger, configure):
    configure(upload_quota_bytes=len(CONTENT) * 2, public_url=PUBLIC_URL)
    first, second, third = (upload(caller) for _ in range(3))

    assert (first.status_code, second.status_code, third.status_code) == (201, 201, 413)
    assert "Delete some" in third.json["detail"]
    assert upload(stranger).status_code == 201
    caller.call("DELETE", f"/v1/files/{first.json['id']}")
    assert upload(caller).status_code == 201


def test_a_full_disk_is_told_of_and_leaves_nothing(caller, monkeypatch):
    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(blobs.place(), "keep", fail)

    answer = upload(caller)

    assert answer.status_code == 507
    assert "have the operator make room" in answer.json["detail"]
    assert kept() == []


def test_an_upload_that_has_expired_is_gone(caller, configure):
    configure(upload_seconds=0.001, public_url=PUBLIC_URL)

    made = upload(caller).json

    assert caller.get(f"/v1/files/{made['id']}").status_code == 404
    assert caller.get("/v1/files").json["results"] == []


def test_lists_come_in_pages(caller, monkeypatch):
    monkeypatch.setattr("app.uploads.PAGE", 2)
    monkeypatch.setattr("app.api.pages.PAGE", 2)
    ids = [upload(caller).json["id"] for _ in range(3)]

    first = caller.get("/v1/files").json
    second = caller.get(first["next"].removeprefix(PUBLIC_URL)).json

    assert [row["id"] for row in (*first["results"], *second["results"])] == ids[::-1]
    assert first["next"].startswith(f"{PUBLIC_URL}/v1/files?cursor=")
    assert second["next"] is None


def test_the_same_content_is_kept_once(caller, stranger):
    upload(caller)
    upload(stranger)

    assert len(kept()) == 1
    assert store.blobs.idle(0) == []
