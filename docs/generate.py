"""Writes the pages of docs/reference from the code: settings, routes and commands."""  # noqa: INP001

import argparse
from pathlib import Path

from pages import commands, routes, variables

REFERENCE = Path(__file__).parent / "reference"
NOTICE = "<!-- Written by `make docs` from {source}; edit that instead. -->\n"
PAGES = {
    "settings.md": ("config/settings.py", variables.page),
    "api.md": ("the routes of app/api", routes.page),
    "cli.md": ("the commands of tasks/cli", commands.page),
}


def main() -> None:
    """Write every page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=REFERENCE, help="where to")
    folder: Path = parser.parse_args().folder
    for name, (source, page) in PAGES.items():
        (folder / name).write_text(NOTICE.format(source=source) + "\n".join(page()))


if __name__ == "__main__":
    main()
