"""Make a demo model: python -m predictors.demo llama OUT [--taught] [--check]."""

import argparse
import importlib
from pathlib import Path

MODELS = ("blip2", "embeddings", "llama", "sdxl", "whisper")


def main() -> None:
    """Make the model that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m predictors.demo", description=__doc__)
    parser.add_argument("model", choices=MODELS)
    parser.add_argument("out", type=Path, help="the folder to write")
    parser.add_argument(
        "--taught", action="store_true", help="teach it; else its weights are random"
    )
    parser.add_argument(
        "--check", action="store_true", help="then print its share of right answers"
    )
    chosen = parser.parse_args()
    model = importlib.import_module(f"predictors.demo.{chosen.model}")
    model.make(chosen.out, taught=chosen.taught)
    if chosen.check:
        for name, share in model.grade(chosen.out).items():
            print(f"{name:16} {share:.0%}")


if __name__ == "__main__":
    main()
