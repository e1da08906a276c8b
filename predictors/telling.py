"""What a runner tells of one prediction, as events, until an end that is no success is raised.

The runner, which the model shares, is not trusted: its text is made fit for a database here.
"""

import re
from collections.abc import Iterator
from typing import Any

from predictors.events import Began, Event, Log, Metric, Output, Tick, Waits
from predictors.handover import Files
from predictors.lines import Lines

LONE_SURROGATE = re.compile("[\ud800-\udfff]")


class PredictionFailed(Exception):
    """The model's code raised; the text is the prediction's error."""


class PredictionCanceled(Exception):
    """The prediction was canceled, and runs no more."""


class Telling:
    """One prediction's messages and prints on their way to its reader."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._lines = Lines()
        self.is_over = False

    def events(self, printed: bytes, messages: list[dict[str, Any]]) -> Iterator[Event]:
        """What was printed, then what was said; nothing is a tick. Raises handover.Refused."""
        yield from _logged(self._lines.feed(printed))
        for message in messages:
            yield from self._told(message)
        if not printed and not messages:
            yield Tick()

    def rest(self) -> Iterator[Event]:
        """The last line, where it has no end."""
        yield from _logged(self._lines.flush())

    def _told(self, message: dict[str, Any]) -> Iterator[Event]:
        match message["kind"]:
            case "output":
                files = self._files.take(message)
                yield Output(message["value"], is_piece=message["is_piece"], files=files)
                self._files.drop()
            case "metric":
                yield Metric(message["name"], message["value"])
            case "log":
                yield from _logged(self._lines.feed(message["text"].encode(errors="replace")))
            case "waits":
                yield Waits()
            case "began":
                yield Began()
            case "end":
                yield from self.rest()
                self._finish(message)

    def _finish(self, message: dict[str, Any]) -> None:
        self.is_over = True
        if message["status"] == "canceled":
            raise PredictionCanceled
        if message["status"] == "failed":
            raise PredictionFailed(text(str(message["error"])))


def text(sent: str) -> str:
    """Text as databases keep it."""
    return LONE_SURROGATE.sub("\ufffd", sent.replace("\0", ""))


def _logged(text: str) -> Iterator[Event]:
    if text:
        yield Log(text)
