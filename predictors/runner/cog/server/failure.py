"""What the model's code raised, told in the log and in one sentence."""

from __future__ import annotations

import contextlib
import ctypes
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from ..encoding import text

if TYPE_CHECKING:
    from types import TracebackType

LIBC = ctypes.CDLL(None)
LONGEST_SENTENCE = 10_000
OURS = str(Path(__file__).parents[1])


def report(raised: BaseException) -> str:
    """Print the traceback, as far as it is the model's; give the sentence."""
    flush()
    lines = traceback.format_exception(type(raised), raised, _of_the_model(raised.__traceback__))
    _print("".join(lines))
    return text(str(raised))[:LONGEST_SENTENCE] or type(raised).__name__


def flush() -> None:
    """Push out what was printed, by Python code and by C code."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()
    LIBC.fflush(None)


def _of_the_model(trace: TracebackType | None) -> TracebackType | None:
    while trace and trace.tb_frame.f_code.co_filename.startswith(OURS):
        trace = trace.tb_next
    return trace


def _print(lines: str) -> None:
    """Write to where standard error was at the start, whatever the model has done to it since."""
    with contextlib.suppress(OSError), open(2, "wb", closefd=False) as stream:
        stream.write(lines.encode("utf-8", "backslashreplace"))
