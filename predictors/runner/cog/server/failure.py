"""What the model's code raised, told in the log and in one sentence."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from ..encoding import text

if TYPE_CHECKING:
    from types import TracebackType

    from .logs import Log

LONGEST_SENTENCE = 10_000
OURS = str(Path(__file__).parents[1])


def report(raised: BaseException, log: Log) -> str:
    """Write the traceback to the log, as far as it is the model's; give the sentence."""
    lines = traceback.format_exception(type(raised), raised, _of_the_model(raised.__traceback__))
    log.write("".join(lines))
    return text(str(raised))[:LONGEST_SENTENCE] or type(raised).__name__


def _of_the_model(trace: TracebackType | None) -> TracebackType | None:
    while trace and trace.tb_frame.f_code.co_filename.startswith(OURS):
        trace = trace.tb_next
    return trace
