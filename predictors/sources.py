"""Where weights come from: a path, a repository of the Hugging Face hub, or the URL of one file."""

import re
from collections.abc import Sequence
from enum import StrEnum, auto

LOCAL = ("./", "../", "/", "~")
URL = re.compile(r"https?://[^/\s]+/(?:[^?#\s]*/)?[\w.-]*\w[\w.-]*")
HUB_ID = re.compile(r"[\w-][\w.-]*/[\w-][\w.-]*")


class Kind(StrEnum):
    """What names the weights."""

    PATH = auto()
    HUB = auto()
    URL = auto()


def kind(weights: str) -> Kind:
    """What this is; raises ValueError where it is nothing that can be fetched or found."""
    if weights.startswith(LOCAL):
        return Kind.PATH
    if URL.fullmatch(weights):
        return Kind.URL
    if HUB_ID.fullmatch(weights):
        return Kind.HUB
    raise ValueError(
        "weights must be a path that begins with ./, ../, / or ~, an id of the hub as org/name, "
        "or the http or https URL of one file"
    )


def check(
    weights: str | None, *, revision: str | None, sha256: str | None, files: Sequence[str]
) -> None:
    """Raise ValueError where these facts of a source do not fit together."""
    found = kind(weights) if weights else None
    if found is Kind.URL and not sha256:
        raise ValueError("weights of a URL need weights_sha256, the file's SHA-256")
    if sha256 and found is not Kind.URL:
        raise ValueError("weights_sha256 is for weights of a URL alone; remove it")
    if (revision or files) and found is not Kind.HUB:
        raise ValueError(
            "weights_revision and weights_files are for weights of the hub; remove them"
        )
