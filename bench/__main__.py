"""`make bench`: measure every row, print the table, write it down."""

import argparse
import importlib
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench import rows, table

MODULES = ("noop", "text", "batches", "streaming", "files")
"""Each has `rows(folder)`: a context manager that gives rows while what they need is up."""

RESULTS = Path(__file__).with_name("results.json")
ROUNDS = 9


def main() -> None:
    """Measure what is asked for."""
    asked = _arguments()
    began = time.monotonic()
    measured = list(_measure(asked.modules, asked.row, asked.rounds))
    print(f"\n{table.text(measured)}\n")
    print(f"{time.monotonic() - began:.0f} s; medians of {asked.rounds} rounds taken in turns.")
    if not asked.row:
        results = [rows.result(each) for each in measured]
        asked.results.write_text(json.dumps(results, indent=2) + "\n")
        print(f"Written to {asked.results}.")


def _measure(modules: Sequence[str], names: Sequence[str], rounds: int) -> Iterator[rows.Measured]:
    for module in modules:
        _say(f"starting what {module} needs")
        with (
            tempfile.TemporaryDirectory(prefix="hearth-bench-") as folder,
            importlib.import_module(f"bench.{module}").rows(Path(folder)) as found,
        ):
            for row in found:
                if not names or row.name in names:
                    yield rows.measure(row, rounds, _say)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("modules", nargs="*", default=MODULES, help="by default all: %(default)s")
    parser.add_argument("--row", action="append", default=[], help="only this one; nothing is kept")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="by default %(default)s")
    parser.add_argument("--results", type=Path, default=RESULTS, help="where to write them")
    return parser.parse_args()


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
