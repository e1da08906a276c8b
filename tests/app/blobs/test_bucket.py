"""Blobs in a bucket, against a real S3-compatible server."""

import hashlib

import pytest

from app import blobs, store
from app.errors import Unavailable
from tests import bucket, factories

CONTENT = bytes(range(256)) * 50_000  # more than one part of an upload
DIGEST = hashlib.sha256(CONTENT).hexdigest()

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with bucket.server(tmp_path_factory.mktemp("bucket")) as url:
        yield url


@pytest.fixture
def in_bucket(database, configure, server):
    configure(blobs_endpoint=server, **bucket.SETTINGS)


@pytest.fixture
def blob(in_bucket):
    with blobs.draft() as draft:
        draft.write(CONTENT)
        return draft.keep()


def read(*part: int) -> bytes:
    with blobs.open(DIGEST, *part) as content:
        return content.read()


def test_what_was_put_can_be_read(blob):
    assert blob.digest == DIGEST
    assert blobs.exists(DIGEST)
    assert read() == CONTENT


PARTS = {"end": (5_000_000,), "middle": (3, 10), "start": (0, 1), "nothing": (5, 5)}


@pytest.mark.parametrize("part", PARTS.values(), ids=PARTS)
def test_a_part_can_be_read(blob, part):
    assert read(*part) == CONTENT[slice(*part) if len(part) > 1 else slice(part[0], None)]


def test_a_blob_is_read_piece_by_piece(blob):
    with blobs.open(DIGEST) as content:
        pieces = [len(piece) for piece in iter(lambda: content.read(1_000_000), b"")]

    assert pieces == [1_000_000] * 12 + [800_000]


def test_a_blob_that_is_not_there_is_told_as_on_disk(in_bucket):
    assert not blobs.exists("0" * 64)
    with pytest.raises(FileNotFoundError):
        blobs.open("0" * 64)


def test_the_sweeper_removes_it_with_its_last_file(in_bucket, account, monkeypatch):
    monkeypatch.setattr(blobs, "IDLE_SECONDS", 0)
    upload = factories.upload(account, b"hearth")
    assert blobs.exists(upload.digest)

    store.files.remove(upload.id, account.id)
    blobs.sweep()

    assert not blobs.exists(upload.digest)


def test_a_wrong_key_is_told_as_storage_that_is_away(in_bucket, configure, server):
    wrong = {**bucket.SETTINGS, "blobs_secret_key": "wrongwrong"}
    configure(blobs_endpoint=server, **wrong)

    with pytest.raises(Unavailable), blobs.draft() as draft:
        draft.keep()


def test_a_server_that_is_away_is_told(database, configure, monkeypatch):
    monkeypatch.setattr("app.blobs.bucket.RETRIES", {"max_retries": 0})
    configure(blobs_endpoint="http://127.0.0.1:9", **bucket.SETTINGS)

    with pytest.raises(Unavailable, match="does not answer"):
        blobs.exists(DIGEST)
