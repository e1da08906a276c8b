"""Files that a model gives reach the worker as they were when it gave them."""

from pathlib import Path
from typing import Any

import pytest

from predictors import child
from predictors.child import Child
from predictors.events import Event, Output
from tests.predictors import running
from tests.predictors.running import Start

Given = tuple[Any, list[tuple[str, str]]]

AAA = running.data_url("a.png", b"aaa")
BBB = running.data_url("b.txt", b"bbb")
GIFTS: dict[str, tuple[str, Any]] = {
    "one file": ("one", AAA),
    "a list": ("several", [AAA, BBB]),
    "deep in an object": (
        "deep",
        {"pages": [{"page": running.data_url("1.txt", b"1")}, "a.0"], "none": None},
    ),
    "a structure": ("structure", {"title": "a.0", "file": AAA, "mask": None}),
    "what is open": (
        "opened",
        [
            running.data_url("out.txt", b"abc"),
            running.data_url("file", b"raw"),
            running.data_url("file", "é".encode()),
            running.data_url("file", b"abc"),
        ],
    ),
    "a link to a file of its own": ("link", running.data_url("link.txt", b"linked")),
}


@pytest.fixture
def gives(start: Start, tmp_path: Path) -> Child:
    return start("gives_files", place=tmp_path / "place", file_bytes=1000)


@pytest.mark.parametrize(("how", "value"), GIFTS.values(), ids=GIFTS.keys())
def test_a_file_is_handed_over_from_any_place_of_an_output(gives: Child, how: str, value: Any):
    assert running.run(gives, how=how) == [running.whole(value)]


def test_a_piece_is_what_it_was_when_it_was_given(gives: Child):
    pieces = running.run(gives, how="again")

    assert pieces == [
        running.piece(running.data_url("out.txt", text.encode() * 3)) for text in "abc"
    ]


def test_an_odd_name_comes_as_it_is(gives: Child):
    [output] = [event for event in gives.events("a", {"how": "odd"}) if isinstance(event, Output)]

    assert output.files[0].name == "über ?" + "x" * 150 + ".png"


def left(place: Path) -> list[str]:
    return [path.name for path in place.rglob("*") if path.is_file()]


@pytest.mark.parametrize("how", ["several", "again", "half"])
def test_nothing_is_left_of_what_was_handed_over(gives: Child, tmp_path: Path, how: str):
    running.finish(gives.events("a", {"how": how}))

    assert left(tmp_path / "place") == []
    gives.stop()
    assert not any((tmp_path / "place").iterdir())


def test_a_file_lies_there_until_the_next_event(gives: Child, tmp_path: Path):
    events = gives.events("a", {"how": "again"})

    first = next(event for event in events if isinstance(event, Output)).files[0].path
    is_there = first.exists()
    next(event for event in events if isinstance(event, Output))

    assert is_there
    assert not first.exists()
    events.close()  # type: ignore[attr-defined]  # a generator
    assert left(tmp_path / "place") == []


def test_only_the_owner_may_look_into_the_folder(gives: Child, tmp_path: Path):
    [folder] = (tmp_path / "place").iterdir()

    assert (folder.stat().st_mode & 0o777, folder.parent.stat().st_mode & 0o777) == (0o700, 0o700)


TOO_LARGE = "The files of a prediction's output may have 1000 bytes together; these have more."


@pytest.mark.parametrize(
    ("how", "size"), [("one", 1001), ("several", 501), ("again", 334)], ids=["one", "all", "pieces"]
)
def test_larger_files_than_allowed_fail_the_prediction(gives: Child, how: str, size: int):
    with pytest.raises(child.PredictionFailed, match=TOO_LARGE):
        running.run(gives, how=how, size=size)

    assert running.run(gives, how="one", size=1000)


def test_a_missing_file_fails_the_prediction(gives: Child):
    with pytest.raises(child.PredictionFailed, match=r"No such file.*missing.txt"):
        running.run(gives, how="half")


def test_files_larger_than_a_message_are_handed_over(start: Start):
    [output] = [
        len(event.files[0].path.read_bytes())
        for event in start("gives_files").events("a", {"how": "one", "size": 65 << 20})
        if isinstance(event, Output)
    ]

    assert output == 65 << 20


FORGERIES = (
    *("missing", "outside", "absolute", "of_another", "link", "hard_link", "pipe", "folder"),
    *("linked_folder", "elsewhere", "nowhere", "odd", "large"),
)


@pytest.mark.parametrize("how", FORGERIES)
def test_what_is_no_file_of_its_own_is_not_taken(start: Start, tmp_path: Path, how: str):
    runner = start("forges_files", place=tmp_path / "place")
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    seen: list[Event] = []

    with pytest.raises(child.RunnerLost, match=r"named a file|larger files"):
        seen.extend(runner.events("a", {"how": how, "secret": str(secret)}))

    assert seen == []
    assert not runner.is_alive
    assert secret.read_text() == "secret"
    runner.stop()
    assert not any((tmp_path / "place").iterdir())
