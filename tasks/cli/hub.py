"""A repository of the Hugging Face hub, as far as its files are wanted."""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from importlib import import_module
from pathlib import Path
from types import ModuleType

import click

from predictors import weights
from predictors.catalog import Entry

WANTED = ("*.safetensors", "*.json", "*.txt", "*.model", "*.jinja", "*.tiktoken")
MAY_RUN_CODE = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl", "*.pickle", "*.h5", "*.py")
PATIENCE_SECONDS = 5
GATED = (
    "The hub does not give us {id} ({status}): it is gated, private, or not there. Accept its "
    "licence at https://huggingface.co/{id} and set HF_TOKEN to a token of the account that did "
    "(https://huggingface.co/settings/tokens), or correct weights in the catalogue."
)
NO_REVISION = "{id} has no such revision; correct weights_revision in the catalogue."
TROUBLE = "The hub answers {status} for {id}; try again later."
UNREACHABLE = (
    "{endpoint} cannot be reached ({error}). Connect this machine, let HF_ENDPOINT name a mirror, "
    "or bring the weights here by other means and let weights in the catalogue be their path."
)
NOTHING = (
    "{id} has no safetensors among the files that are wanted, and pickles are not fetched. Name "
    "another repository, weights_revision or weights_files."
)

for name in ("httpx", "httpx2"):  # whichever the library speaks HTTP with
    logging.getLogger(name).setLevel(logging.WARNING)


class Repository:
    """What the hub has of an entry's weights, and how it comes here."""

    def __init__(self, entry: Entry, place: Path) -> None:
        self._id = str(entry.weights)
        self._place = place
        with _explained(self._id):
            found = (
                _library()
                .HfApi()
                .model_info(
                    self._id,
                    revision=entry.weights_revision,
                    files_metadata=True,
                    timeout=PATIENCE_SECONDS,
                )
            )
        self._commit = found.sha
        sizes = {file.rfilename: file.size or 0 for file in found.siblings or []}
        self._names = wanted(sizes, entry.weights_files or WANTED)
        if not any(name.endswith(weights.SAFE) for name in self._names):
            raise click.ClickException(NOTHING.format(id=self._id))
        self.bytes_left = sum(sizes[name] for name in self._names if not (place / name).exists())

    def bring(self) -> None:
        """Fetch file by file, so that it can be stopped; what came before is not fetched again."""
        download = _library().hf_hub_download
        with _explained(self._id):
            for name in self._names:
                download(self._id, name, revision=self._commit, local_dir=self._place)


def wanted(names: Iterable[str], patterns: Iterable[str]) -> list[str]:
    """The names that match one of the patterns, and none of what may run code when it is loaded."""
    return sorted(
        name for name in names if _matches(name, patterns) and not _matches(name, MAY_RUN_CODE)
    )


def _matches(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def _library(part: str = "") -> ModuleType:
    """The library, or a part of it: an extra of the package, and slow to import."""
    try:
        return import_module("huggingface_hub" + part)
    except ModuleNotFoundError as error:
        raise click.ClickException(
            "huggingface_hub is not installed; `pip install huggingface_hub` brings it."
        ) from error


@contextmanager
def _explained(repository: str) -> Iterator[None]:
    """Say of what goes wrong on the way what it is, and what to do."""
    errors = _library(".errors")
    try:
        yield
    except errors.HfHubHTTPError as error:
        wording, status = _answered(error), error.response.status_code
        raise click.ClickException(wording.format(id=repository, status=status)) from error
    except errors.OfflineModeIsEnabled as error:
        raise click.ClickException("HF_HUB_OFFLINE is set; unset it to fetch.") from error
    except (errors.HTTPError, errors.LocalEntryNotFoundError) as error:
        endpoint = _library(".constants").ENDPOINT
        text = UNREACHABLE.format(endpoint=endpoint, error=error)
        raise click.ClickException(text) from error
    except (OSError, errors.XetDownloadError) as error:
        raise click.ClickException(f"{repository} cannot be fetched: {error}") from error


def _answered(error: Exception) -> str:
    """The wording for an answer that is not the one we asked for."""
    errors = _library(".errors")
    if isinstance(error, errors.RevisionNotFoundError):
        return NO_REVISION
    is_closed = error.response.status_code in {401, 403}  # type: ignore[attr-defined]  # untyped
    return GATED if is_closed or isinstance(error, errors.RepositoryNotFoundError) else TROUBLE
