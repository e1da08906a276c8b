"""Prints in every way there is."""

import ctypes
import os
import subprocess
import sys

from cog import BasePredictor, Input


def mixed() -> None:
    print("one")
    print("two", file=sys.stderr)
    print("three")


def bar() -> None:
    for percent in (0, 50, 50, 100):
        sys.stderr.write(f"\r{percent}%")
    sys.stderr.write("\n")


def partial() -> None:
    print("no newline", end="")


def child() -> None:
    subprocess.run(["/bin/sh", "-c", "echo from a child; echo and its error >&2"], check=True)


def raw() -> None:
    os.write(1, b"caf\xc3\xa9 \xff\n")


def stdio() -> None:
    ctypes.CDLL(None).printf(b"from C\n")


def flood() -> None:
    for number in range(200_000):
        print(f"line {number}")


def endless() -> None:
    while True:
        os.write(1, b"x" * 4096)


WAYS = {
    "mixed": mixed,
    "bar": bar,
    "partial": partial,
    "child": child,
    "raw": raw,
    "stdio": stdio,
    "flood": flood,
    "endless": endless,
}


class Predictor(BasePredictor):
    def setup(self) -> None:
        print("ready to make noise", end="")

    def predict(self, how: str = Input(choices=list(WAYS.keys()))) -> str:
        WAYS[how]()
        return how
