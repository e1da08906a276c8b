"""Tiny models, named by what they do, and catalogue entries for them."""

from pathlib import Path
from typing import Any

from predictors import cogyaml
from predictors.catalog import Entry

FOLDERS = Path(__file__).parent / "predictors" / "folders"


def entry(behaviour: str, **changes: Any) -> Entry:
    """A catalogue entry for one of the folders."""
    folder = FOLDERS / behaviour
    facts = {
        "owner": "tests",
        "name": behaviour.replace("_", "-"),
        "version": "0" * 64,
        "folder": folder,
        "entry_point": cogyaml.read(folder).entry_point,
    }
    return Entry(**facts | changes)
