"""Which models lie in the weights folder, and which of them a name stands for."""

from pathlib import Path

FOLDERS = ("weights", "weights-demo")
NAMES = [
    "tiny",
    "tiny.en",
    "base",
    "base.en",
    "small",
    "small.en",
    "medium",
    "medium.en",
    "large-v1",
    "large-v2",
    "large-v3",
    "large",
    "large-v3-turbo",
    "turbo",
]
DEFAULT = "large-v3"
SAME = {"large": "large-v3", "turbo": "large-v3-turbo"}


class WeightsMissing(Exception):
    """There is nothing to load; the message says what to do."""


class Installed:
    """The files of a weights folder by the names they serve."""

    def __init__(self, files: list[Path]) -> None:
        self._files = {_full(path.stem): path for path in files if path.stem in NAMES}
        self._only = files[0] if len(files) == 1 and not self._files else None

    def find(self, name: str) -> Path:
        """The file of a model; a single one that bears no known name serves under all of them."""
        path = self._only or self._files.get(_full(name))
        if path is None:
            raise ValueError(
                f"model {name} is not installed here; choose one of {', '.join(self._files)}."
            )
        return path

    def first(self) -> Path:
        """The file to begin with: that of the default, if it is there."""
        return self._only or self._files.get(DEFAULT) or next(iter(self._files.values()))


def find(weights: str | None) -> Installed:
    """What is installed in the folder given, or in the usual ones; WeightsMissing where nothing."""
    folders = [weights] if weights else FOLDERS
    for folder in folders:
        place = Path(folder)
        files = [place] if place.is_file() else sorted(place.glob("*.pt"))
        if len(files) == 1 or any(path.stem in NAMES for path in files):
            return Installed(files)
    raise WeightsMissing(
        f"No model in {' or '.join(folders)}, seen from {Path.cwd()}. Set COG_WEIGHTS to a folder "
        "with checkpoints of openai-whisper under their own names, such as large-v3.pt."
    )


def _full(name: str) -> str:
    return SAME.get(name, name)
