"""Our own URLs in an input: the file itself, of the right account, without a request."""

import base64

import pytest

from app import blobs, egress, files, store
from app.files import FileRefused
from app.tables import File
from tests import factories
from tests.app.files.test_files import SCHEMA

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

PUBLIC_URL = "https://hearth.example"


@pytest.fixture
def mine(account, configure, monkeypatch):
    """Receives an input of the account; no connection is made."""
    configure(public_url=PUBLIC_URL, file_bytes=1000)
    monkeypatch.setattr(egress, "download", lambda *_, **__: pytest.fail("went out"))
    return lambda url: files.received(SCHEMA, {"image": url}, account.id)


def url(upload: File) -> str:
    return f"{PUBLIC_URL}/v1/files/{upload.id}"


def refusal(receiving) -> str:
    with pytest.raises(FileRefused) as refused, receiving:
        pass
    return str(refused.value)


NAMES = {
    "as it is": ("cat.png", "image/png", "1-cat.png"),
    "odd": ("my cat/é.PNG", "image/png", "1-my_cat__.PNG"),
    "without an ending": ("upload", "audio/wav", "1-upload.wav"),
    "of no kind": ("upload", "x/y", "1-upload"),
}


@pytest.mark.parametrize(("name", "kind", "here"), NAMES.values(), ids=NAMES)
def test_an_upload_is_handed_over_under_its_name(mine, account, name, kind, here):
    upload = factories.upload(account, b"picture", name=name, content_type=kind)

    with mine(url(upload)) as received:
        assert received["image"].read_bytes() == b"picture"

    assert received["image"].name == here


def test_a_model_that_writes_into_it_changes_no_blob(mine, account):
    upload = factories.upload(account, b"picture")

    with mine(url(upload)) as received:
        received["image"].write_bytes(b"other")

    with blobs.open(upload.digest) as content:
        assert content.read() == b"picture"


def test_another_account_s_upload_is_refused(mine):
    theirs = factories.upload(factories.account(), b"secret")

    assert refusal(mine(url(theirs))).startswith("Input validation error: image: https://hearth")


@pytest.mark.parametrize("lost", ["deleted", "expired", "unknown", "blob"])
def test_what_is_no_longer_there_is_refused(mine, account, configure, lost):
    if lost == "expired":
        configure(public_url=PUBLIC_URL, upload_seconds=0.001)
    upload = factories.upload(account)
    if lost == "deleted":
        store.files.remove(upload.id, account.id)
    if lost == "blob":
        blobs.place().remove(upload.digest)
    named = f"{PUBLIC_URL}/v1/files/nothing" if lost == "unknown" else url(upload)

    assert "Upload it again." in refusal(mine(named))


def test_all_files_together_stay_within_the_limit(mine, account):
    upload = factories.upload(account, bytes(1001))

    assert "may have 1000 bytes together" in refusal(mine(url(upload)))


def test_what_a_model_has_made_opens_to_whoever_has_its_url(mine, version, tmp_path):
    maker = factories.account()
    prediction = factories.prediction(maker)
    made = factories.upload(maker, b"made", name="out.png")
    with store.transaction() as work:
        work.session.merge(made).prediction_id = prediction.id

    with mine(f"{PUBLIC_URL}/files/{made.key}/out.png") as received:
        assert received["image"].read_bytes() == b"made"


OTHERS = {
    "another host": "https://hearth.example.org/v1/files/{id}",
    "in the query": "https://other.example/?{url}",
    "a user": "https://hearth.example@other.example/v1/files/{id}",
    "a path beside": PUBLIC_URL + "/v1/predictions/{id}",
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_other_urls_are_fetched_as_ever(mine, account, monkeypatch, other):
    upload = factories.upload(account, b"picture")
    fetched = []
    monkeypatch.setattr(egress, "download", lambda url, file, **_: fetched.append(file.touch()))

    with mine(other.format(id=upload.id, url=url(upload))) as received:
        assert received["image"].read_bytes() == b""

    assert fetched


def test_ours_and_data_urls_stand_side_by_side(mine, account):
    upload = factories.upload(account, b"one")
    data = "data:text/plain;base64," + base64.b64encode(b"two").decode()

    with files.received(SCHEMA, {"pages": [url(upload), data]}, account.id) as received:
        assert [page.read_bytes() for page in received["pages"]] == [b"one", b"two"]
