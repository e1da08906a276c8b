"""Where weights come from is told by how it is written."""

import pytest

from predictors import sources
from predictors.sources import Kind

SHA256 = "e5b1a55b89c1367dacf97e3e19bfd829a01529dbfdeefa8caeb59b3f1b81dadb"
WHISPER = f"https://openaipublic.azureedge.net/main/whisper/models/{SHA256}/large-v3.pt"

KINDS = {
    "./w": Kind.PATH,
    "../w": Kind.PATH,
    "/w": Kind.PATH,
    "~/w": Kind.PATH,
    "meta-llama/Llama-3.1-70B-Instruct": Kind.HUB,
    "sentence-transformers/all-MiniLM-L6-v2": Kind.HUB,
    WHISPER: Kind.URL,
    "http://127.0.0.1:9700/tiny.pt": Kind.URL,
}


@pytest.mark.parametrize(("weights", "kind"), KINDS.items(), ids=KINDS.keys())
def test_the_beginning_tells_what_it_is(weights: str, kind: Kind):
    assert sources.kind(weights) is kind


@pytest.mark.parametrize(
    "weights",
    [
        "weights",
        "a/b/c",
        "a/..",
        "https://example.com",
        "https://example.com/",
        "https://example.com/..",
        "https://example.com/a.pt?token=1",
        "ftp://example.com/a.pt",
        "org/name\n",
    ],
)
def test_what_is_neither_is_refused(weights: str):
    with pytest.raises(ValueError, match="must be a path that begins with"):
        sources.kind(weights)


FACTS = {
    "nothing": (None, {}, None),
    "a path": ("/w", {}, None),
    "a repository": ("a/b", {"revision": "main", "files": ["*.json"]}, None),
    "a file": (WHISPER, {"sha256": SHA256}, None),
    "a file without its sum": (WHISPER, {}, "need weights_sha256"),
    "a repository with a sum": ("a/b", {"sha256": SHA256}, "weights_sha256 is for"),
    "a path of a revision": ("/w", {"revision": "main"}, "weights_revision and weights_files"),
    "a file of a revision": (WHISPER, {"sha256": SHA256, "revision": "v1"}, "weights_revision"),
    "files of nothing": (None, {"files": ["*.json"]}, "weights_revision and weights_files"),
}


@pytest.mark.parametrize(("weights", "facts", "problem"), FACTS.values(), ids=FACTS.keys())
def test_facts_of_a_source_fit_together(weights: str, facts: dict, problem: str | None):
    given = {"revision": None, "sha256": None, "files": [], **facts}

    if problem is None:
        sources.check(weights, **given)
    else:
        with pytest.raises(ValueError, match=problem):
            sources.check(weights, **given)
