"""Downloads by signature: whole or in part, harmless to a browser, only with the right proof."""

import base64
import hashlib
import hmac
import io
import time

import pytest

from app import blobs, uploads

pytestmark = [
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),
    pytest.mark.usefixtures("closing"),
]

CONTENT = bytes(range(256)) * 100
LATER = str(int(time.time()) + 1000)


@pytest.fixture
def made(caller):
    """An upload."""
    data = {"content": (io.BytesIO(CONTENT), "a b.svg", "image/svg+xml")}
    return caller.call("POST", "/v1/files", data=data).json


@pytest.fixture
def sign(account, made):
    """The path of a download, as the API's documentation tells how to make it; with changes."""

    def path(**changes):
        said = {"owner": account.username, "id": made["id"], "expiry": LATER, **changes}
        text = "{owner} {id} {expiry}".format(**said).encode()
        digest = hmac.new(uploads.secret(account).encode(), text, hashlib.sha256).digest()
        query = {"signature": base64.b64encode(digest).decode(), **said}
        return f"/v1/files/{made['id']}/download", {**query, **changes}

    return path


def get(http, signed, **headers):
    path, query = signed
    return http.get(path, query_string=query, headers=headers)


def test_the_signature_opens_the_file_without_a_token(http, sign):
    answer = get(http, sign())

    assert (answer.status_code, answer.data) == (200, CONTENT)
    assert answer.content_type == "image/svg+xml"
    assert answer.headers["Content-Length"] == str(len(CONTENT))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="a b.svg"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


WRONG = {
    "no signature": {"signature": ""},
    "another signature": {"signature": base64.b64encode(bytes(32)).decode()},
    "not ASCII": {"signature": "ä\udc80"},
    "over": {"expiry": str(int(time.time()) - 1)},
    "no time": {"expiry": "soon"},
    "a far time": {"expiry": "9" * 4000},
    "nobody's": {"owner": "nobody"},
    "another file": {"id": "a" * 26},
}


@pytest.mark.parametrize("changes", WRONG.values(), ids=WRONG)
def test_a_wrong_signature_opens_nothing(http, sign, changes):
    path, query = sign(**changes)
    query.pop("id")

    answer = http.get(
        path, query_string={k: v.encode("utf-8", "surrogatepass") for k, v in query.items()}
    )

    assert (answer.status_code, answer.json["title"]) == (403, "Forbidden")


def test_another_account_s_signature_opens_nothing(http, sign, stranger, made):
    theirs = stranger.get("/v1/account").json["username"]

    answer = get(http, sign(owner=theirs))

    assert answer.status_code == 403


def test_a_changed_expiry_opens_nothing(http, sign):
    path, query = sign()

    assert get(http, (path, {**query, "expiry": str(int(LATER) + 1)})).status_code == 403


def test_a_deleted_file_is_not_found(http, caller, sign, made):
    signed = sign()
    caller.call("DELETE", f"/v1/files/{made['id']}")

    assert get(http, signed).status_code == 404


def test_a_lost_blob_is_not_found(http, sign, made):
    blobs.place().remove(made["checksums"]["sha256"])

    assert get(http, sign()).status_code == 404


RANGES = {
    "start": ("bytes=0-9", 206, CONTENT[:10], "bytes 0-9/25600"),
    "middle": ("bytes=100-199", 206, CONTENT[100:200], "bytes 100-199/25600"),
    "end": ("bytes=25000-", 206, CONTENT[25000:], "bytes 25000-25599/25600"),
    "last": ("bytes=-7", 206, CONTENT[-7:], "bytes 25593-25599/25600"),
    "beyond": ("bytes=25590-99999", 206, CONTENT[25590:], "bytes 25590-25599/25600"),
    "several": ("bytes=0-1,5-6", 200, CONTENT, None),
    "another unit": ("lines=0-1", 200, CONTENT, None),
    "nonsense": ("bytes=b-a", 200, CONTENT, None),
}


@pytest.mark.parametrize("case", RANGES.values(), ids=RANGES)
def test_a_part_can_be_asked_for(http, sign, case):
    asked, status, body, told = case

    answer = get(http, sign(), Range=asked)

    assert (answer.status_code, answer.data) == (status, body)
    assert answer.headers.get("Content-Range") == told
    assert answer.headers["Content-Length"] == str(len(body))


def test_what_is_not_there_cannot_be_asked_for(http, sign):
    answer = get(http, sign(), Range="bytes=25600-")

    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == "bytes */25600"


def test_a_part_of_what_has_changed_is_all_of_it(http, sign):
    assert get(http, sign(), Range="bytes=0-1", **{"If-Range": '"old"'}).status_code == 200


def test_what_is_known_is_not_sent_again(http, sign):
    known = get(http, sign()).headers["ETag"]

    answer = get(http, sign(), **{"If-None-Match": known})

    assert (answer.status_code, answer.data) == (304, b"")


def test_head_tells_the_size_alone(http, sign):
    path, query = sign()

    answer = http.head(path, query_string=query)

    assert (answer.status_code, answer.data) == (200, b"")
    assert answer.headers["Content-Length"] == str(len(CONTENT))


def test_a_name_is_told_in_every_script(http, caller, account):
    data = {"content": (io.BytesIO(b"a"), "x"), "filename": 'Käse "1".txt'}
    made = caller.call("POST", "/v1/files", data=data).json
    text = f"{account.username} {made['id']} {LATER}".encode()
    digest = hmac.new(uploads.secret(account).encode(), text, hashlib.sha256).digest()
    said = {"owner": account.username, "expiry": LATER, "signature": base64.b64encode(digest)}

    answer = get(http, (f"/v1/files/{made['id']}/download", said))

    assert "filename*=UTF-8''K%C3%A4se%20%221%22.txt" in answer.headers["Content-Disposition"]
