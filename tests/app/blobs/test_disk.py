"""Blobs on disk: whole or not there, once per content, and nothing is left of what failed."""

import errno
import hashlib
import os
import pathlib

import pytest

from app import blobs, store
from app.blobs import drafts
from app.errors import StorageFull
from config import settings

CONTENT = b"hearth" * 1000
DIGEST = hashlib.sha256(CONTENT).hexdigest()
FULL = OSError(errno.ENOSPC, "No space left on device")


@pytest.fixture
def file(tmp_path, sqlite):
    path = tmp_path / "a.txt"
    path.write_bytes(CONTENT)
    return path


def left_behind() -> list[str]:
    folder = settings.load().data_dir
    return [str(path) for path in folder.glob("[bd][lr]*/**/*") if path.is_file()]


def read(*part: int) -> bytes:
    with blobs.open(DIGEST, *part) as content:
        return content.read()


def test_what_was_put_can_be_read(file):
    blob = blobs.put(file)

    assert blob == blobs.Blob(DIGEST, hashlib.md5(CONTENT).hexdigest(), len(CONTENT))
    assert blobs.exists(DIGEST)
    assert read() == CONTENT


PARTS = {"all": (0,), "end": (5000,), "middle": (3, 10), "one": (0, 1), "too far": (5990, 9000)}


@pytest.mark.parametrize("part", PARTS.values(), ids=PARTS)
def test_a_part_can_be_read(file, part):
    blobs.put(file)

    assert read(*part) == CONTENT[slice(*part) if len(part) > 1 else slice(part[0], None)]


def test_the_same_content_is_kept_once_and_the_file_given_stays(file):
    blobs.put(file)
    blobs.put(file)

    assert len(left_behind()) == 1
    assert file.read_bytes() == CONTENT


def test_a_draft_that_is_not_kept_leaves_nothing(sqlite):
    with blobs.draft() as draft:
        draft.write(CONTENT)

    assert left_behind() == []


def fill(monkeypatch, owner, name):
    def fail(*_):
        raise FULL

    monkeypatch.setattr(owner, name, fail)


def test_a_disk_that_fills_while_writing_is_told_of_and_nothing_is_left(sqlite, monkeypatch):
    with blobs.draft() as draft:
        fill(monkeypatch, draft._file, "write")
        with pytest.raises(StorageFull):
            draft.write(CONTENT)

    assert left_behind() == []


@pytest.mark.parametrize(("owner", "name"), [(pathlib.Path, "rename"), (os, "fsync")])
def test_a_disk_that_is_full_at_the_end_leaves_nothing(sqlite, monkeypatch, owner, name):
    with blobs.draft() as draft:
        draft.write(CONTENT)
        fill(monkeypatch, owner, name)
        with pytest.raises(StorageFull):
            draft.keep()

    assert left_behind() == []


def test_a_removed_blob_is_gone_and_can_be_removed_again(file):
    blobs.put(file)

    blobs.place().remove(DIGEST)
    blobs.place().remove(DIGEST)

    assert not blobs.exists(DIGEST)
    with pytest.raises(FileNotFoundError):
        blobs.open(DIGEST)


def test_blobs_are_nobody_else_s(file):
    blobs.put(file)

    root = settings.load().data_dir / "blobs"
    assert all(path.stat().st_mode & 0o077 == 0 for path in (root, *root.rglob("*")))


def test_drafts_of_killed_processes_are_cleared(sqlite, monkeypatch):
    blobs.draft()
    folder = settings.load().data_dir / "drafts"
    drafts.clear(folder)
    assert len(left_behind()) == 1

    monkeypatch.setattr(drafts, "ABANDONED_SECONDS", -1)
    drafts.clear(folder)

    assert left_behind() == []
    assert store.blobs.idle(0) == []
