"""Blobs go once no file refers to them, after a while, and never while one does."""

import pytest

from app import blobs, store, upkeep
from tests import factories

CONTENT = b"hearth"


@pytest.fixture
def at_once(monkeypatch):
    """No pause between a blob's last file and its end."""
    monkeypatch.setattr(blobs, "IDLE_SECONDS", 0)


@pytest.fixture
def file(account):
    return factories.upload(account, CONTENT)


def test_a_blob_goes_with_its_last_file(account, file, at_once):
    second = factories.upload(account, CONTENT)

    store.files.remove(file.id, account.id)
    blobs.sweep()
    assert blobs.exists(file.digest)

    store.files.remove(second.id, account.id)
    blobs.sweep()
    assert not blobs.exists(file.digest)


def test_a_blob_that_was_just_put_stays_for_a_while(database):
    with blobs.draft() as draft:
        draft.write(CONTENT)
        blob = draft.keep()

    blobs.sweep()

    assert blobs.exists(blob.digest)


def test_a_blob_that_got_no_file_goes_in_the_end(database, at_once):
    with blobs.draft() as draft:
        draft.write(CONTENT)
        blob = draft.keep()

    blobs.sweep()

    assert not blobs.exists(blob.digest)
    assert store.blobs.idle(0) == []


def test_a_blob_is_put_again_after_it_has_gone(account, file, at_once):
    store.files.remove(file.id, account.id)
    blobs.sweep()

    again = factories.upload(account, CONTENT)
    blobs.sweep()

    with blobs.open(again.digest) as content:
        assert content.read() == CONTENT


def test_a_blob_that_is_idle_by_mistake_is_not_dropped(file, at_once):
    store.blobs.reserve(file.digest)

    blobs.sweep()

    assert blobs.exists(file.digest)
    assert store.blobs.idle(0) == []


def test_a_blob_that_cannot_be_removed_is_tried_again(account, file, at_once, monkeypatch):
    def fail(_digest):
        raise OSError("away")

    store.files.remove(file.id, account.id)
    with monkeypatch.context() as patch:
        patch.setattr(blobs.place(), "remove", fail)
        with pytest.raises(OSError, match="away"):
            blobs.sweep()

    blobs.sweep()

    assert not blobs.exists(file.digest)


def test_the_sweeper_forgets_what_has_expired(account, file, configure, at_once, queued):
    configure(upload_seconds=0.001)
    expired = factories.upload(account, b"other")

    upkeep.sweep()

    assert not blobs.exists(expired.digest)
    assert blobs.exists(file.digest)
    assert store.files.size_of_uploads(account.id) == len(CONTENT)
