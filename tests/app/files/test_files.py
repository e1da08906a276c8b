"""An input's files are there, as paths, while a prediction runs, and gone afterwards."""

import base64
import os
import socket
import subprocess

import pytest

from app import egress, files
from app.files import FileRefused, intake
from config import settings
from predictors.child import PredictionFailed
from tests.receiver import Receiver

FILE = {"type": "string", "format": "uri"}
SCHEMA = {
    "components": {
        "schemas": {
            "Input": {
                "properties": {
                    "image": FILE,
                    "mask": FILE | {"nullable": True},
                    "pages": {"type": "array", "items": FILE},
                    "prompt": {"type": "string"},
                    "words": {"type": "array", "items": {"type": "string"}},
                }
            }
        }
    }
}
ME = "me"
DATA = "data:image/png;base64," + base64.b64encode(b"picture").decode()


@pytest.fixture
def receiver(configure):
    with Receiver() as receiver:
        configure(egress_allow=f"127.0.0.1:{receiver.port}", file_bytes=1000, file_seconds=2)
        yield receiver
    egress.door.doors.mine.close()


def inputs() -> list[str]:
    return [folder.name for folder in (settings.load().data_dir / "inputs").iterdir()]


def refusal(**values) -> str:
    with pytest.raises(FileRefused) as refused, files.received(SCHEMA, values, ME):
        pass
    return str(refused.value)


def test_a_data_url_becomes_a_path_and_the_rest_stays(configure):
    values = {"image": DATA, "prompt": DATA, "words": [DATA], "mask": None}

    with files.received(SCHEMA, values, ME) as received:
        content = received["image"].read_bytes()

    assert content == b"picture"
    assert received["image"].suffix == ".png"
    assert received | {"image": DATA} == values


def test_a_url_is_fetched_under_its_name(receiver):
    receiver.answer(body=b"picture")
    url = receiver.url.replace("/hook", "/a%20b/green%20square.PNG?size=1#top")

    with files.received(SCHEMA, {"image": url}, ME) as received:
        assert received["image"].read_bytes() == b"picture"

    assert received["image"].name == "1-green_square.PNG"
    assert receiver.requests[0].path == "/a%20b/green%20square.PNG?size=1"


def test_files_of_a_list_keep_their_order_and_each_has_its_own_name(receiver):
    receiver.answer(body=b"first")
    receiver.answer(body=b"second")

    with files.received(SCHEMA, {"pages": [receiver.url, DATA, receiver.url]}, ME) as received:
        contents = [page.read_bytes() for page in received["pages"]]

    assert contents == [b"first", b"picture", b"second"]
    assert len({page.name for page in received["pages"]}) == 3


def test_the_files_are_gone_afterwards_however_it_ends(configure):
    with pytest.raises(ZeroDivisionError), files.received(SCHEMA, {"image": DATA}, ME) as received:
        1 / 0  # noqa: B018

    assert not received["image"].exists()
    assert inputs() == []


def test_an_input_without_files_makes_no_folder(configure):
    with files.received(SCHEMA, {"prompt": "a"}, ME) as received:
        assert received == {"prompt": "a"}

    assert not (settings.load().data_dir / "inputs").exists()


def test_files_are_nobody_else_s(configure):
    with files.received(SCHEMA, {"image": DATA}, ME) as received:
        folder = received["image"].parent

        assert folder.stat().st_mode & 0o077 == 0


REFUSALS = {
    "no base64": ("data:;base64,!", "image: The data URL's base64 is not valid"),
    "a path": ("/etc/passwd", "image: The URL must begin with http"),
    "a file URL": ("file:///etc/passwd", "image: The URL must begin with http"),
    "nonsense": ("http://[", "image: The URL's host or port is not valid"),
    "a closed address": ("http://127.0.0.1:9/a", "image: The address could not be reached"),
}


@pytest.mark.parametrize(("url", "problem"), REFUSALS.values(), ids=REFUSALS)
def test_a_file_that_cannot_be_had_fails_the_prediction(configure, url, problem):
    assert refusal(image=url).startswith(f"Input validation error: {problem}")
    assert issubclass(FileRefused, PredictionFailed)


def test_a_missing_file_is_told_with_its_status(receiver):
    receiver.answer(status=404)

    assert refusal(mask=receiver.url) == (
        "Input validation error: mask: The answer has the status 404."
    )
    assert inputs() == []


@pytest.mark.parametrize("second", ["data:," + "b" * 501, "url"])
def test_all_files_together_have_a_limit(receiver, second):
    receiver.answer(body=b"b" * 501)
    pages = ["data:," + "a" * 500, receiver.url if second == "url" else second]

    assert "may have 1000 bytes together" in refusal(pages=pages)


def test_all_files_together_have_a_deadline(receiver, configure):
    configure(egress_allow=f"127.0.0.1:{receiver.port}", file_seconds=0.3)
    receiver.answer(delay=0.2, times=2)

    assert "did not come in time" in refusal(pages=[receiver.url, receiver.url])


NAMES = {
    "http://h/a/b.tar.gz": "b.tar.gz",
    "http://h/": "file",
    "http://h": "file",
    "http://h/..": "..",
    "http://h/%2Fetc%2Fpasswd": "passwd",
    "http://h/a%00b\u00e9.png": "a_b_.png",
    "http://h/" + "a" * 300 + ".png": "a" * 196 + ".png",
    "http://[": "file",
}


@pytest.mark.parametrize(("url", "name"), NAMES.items(), ids=NAMES.values())
def test_a_name_keeps_its_ending_and_nothing_odd(url, name):
    assert intake.file_name(url) == name


def test_what_killed_workers_left_is_removed_and_nothing_else(configure):
    gone = subprocess.Popen(["true"])
    gone.wait()
    here = socket.gethostname()
    root = settings.load().data_dir / "inputs"
    left, mine, foreign = f"{here}.{gone.pid}.x", f"{here}.{os.getpid()}.x", f"h.{gone.pid}.x"
    for name in (left, mine, foreign):
        (root / name).mkdir(parents=True)
        (root / name / "1-a.png").touch()

    files.clear()

    assert sorted(inputs()) == sorted([mine, foreign])


def test_clearing_needs_nothing_to_be_there_and_opens_nothing_to_others(configure):
    files.clear()

    assert inputs() == []
    assert settings.load().data_dir.stat().st_mode & 0o077 == 0


def test_what_a_worker_that_is_gone_was_handed_is_removed_too(configure):
    gone, mine = (
        f"{socket.gethostname()}.{2**22 + 1}.abc",
        f"{socket.gethostname()}.{os.getpid()}.abc",
    )
    for name in (gone, mine):
        (settings.load().data_dir / "outputs" / name / "given").mkdir(parents=True)

    files.clear()

    assert [folder.name for folder in files.place("outputs").iterdir()] == [mine]
