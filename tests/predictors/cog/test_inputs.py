"""Arguments are made by the signature: wrapped, defaulted, and never a path of the client's."""

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from predictors.runner import cog
from predictors.runner.cog.server.inputs import Inputs

if TYPE_CHECKING:
    from nowhere import Picture  # type: ignore[import-not-found]  # as models do for checkers

TOKEN = cog.Input(default="t")
PAGE = cog.Input(default="assets/a.txt")
NONE: frozenset[str] = frozenset()


def many(
    text: str,
    token: cog.Secret = TOKEN,
    page: cog.Path | None = PAGE,
    link: str = "",
    pages: list[Path] | None = None,
) -> str:
    return f"{text}{token}{page}{link}{pages}"


def opened(file: cog.File) -> str:
    return str(file)


def unresolved(picture: "Picture", count: int = 1) -> str:
    return f"{picture}{count}"


def test_defaults_are_wrapped_as_what_they_stand_for():
    assert Inputs(many).arguments({"text": "a"}, NONE) == {
        "text": "a",
        "token": cog.Secret("t"),
        "page": cog.Path("assets/a.txt"),
        "link": "",
        "pages": None,
    }


def test_values_are_wrapped_by_annotation_alone():
    given = {
        "text": "a",
        "token": "s",
        "page": "/a",
        "link": "https://a.b/c",
        "pages": ["/a", "/b"],
    }

    arguments = Inputs(many).arguments(given | {"unknown": 1}, frozenset({"/a", "/b"}))

    assert arguments == {
        "text": "a",
        "token": cog.Secret("s"),
        "page": cog.Path("/a"),
        "link": "https://a.b/c",
        "pages": [cog.Path("/a"), cog.Path("/b")],
    }
    assert isinstance(arguments["page"], cog.Path)


def test_a_file_is_opened(tmp_path: Path):
    file = tmp_path / "a"
    file.write_bytes(b"ab")

    arguments = Inputs(opened).arguments({"file": str(file)}, frozenset({str(file)}))

    with arguments["file"] as stream:
        assert isinstance(stream, io.IOBase)
        assert stream.read() == b"ab"


@pytest.mark.parametrize(("name", "value"), [("page", "/etc/passwd"), ("pages", ["/etc/passwd"])])
def test_a_path_that_the_worker_did_not_give_is_refused(name: str, value: Any):
    with pytest.raises(ValueError, match=f"{name}: '/etc/passwd' is no fetched file"):
        Inputs(many).arguments({"text": "a", name: value}, frozenset({"/other"}))


def test_what_is_missing_is_named():
    with pytest.raises(ValueError, match="Input validation error: text: Field required"):
        Inputs(many).arguments({}, NONE)


def test_annotations_for_checkers_alone_are_left_as_they_are():
    arguments = Inputs(unresolved).arguments({"picture": "a"}, NONE)

    assert arguments == {"picture": "a", "count": 1}
