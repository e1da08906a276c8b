"""Running predictions on a child, and looking at what they say."""

import base64
import mimetypes
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import psutil

from predictors.child import Child
from predictors.events import Event, Log, Output, Tick

Start = Callable[..., Child]


def whole(value: Any) -> Output:
    return Output(value, is_piece=False)


def piece(value: Any) -> Output:
    return Output(value, is_piece=True)


def run(runner: Child, /, prediction_id: str = "a", **values: Any) -> list[Event]:
    return [inline(event) for event in runner.events(prediction_id, values) if event != Tick()]


def inline(event: Event) -> Event:
    """The event, with a data URL in the place of each file."""
    if not isinstance(event, Output):
        return event
    return event.replaced(data_url(file.name, file.path.read_bytes()) for file in event.files)


def data_url(name: str, content: bytes) -> str:
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def logs(events: list[Event]) -> str:
    return "".join(event.text for event in events if isinstance(event, Log))


def without_logs(events: list[Event]) -> list[Event]:
    return [event for event in events if not isinstance(event, Log)]


def until_it_began(events: Iterator[Event]) -> list[Event]:
    seen = []
    for event in events:
        seen.append(event)
        if isinstance(event, Log) and "began" in event.text:
            break
    return seen


def finish(events: Iterator[Event]) -> tuple[type[Exception] | None, list[Event]]:
    """The rest of the events, and the exception at their end."""
    seen: list[Event] = []
    try:
        seen.extend(events)
    except Exception as error:  # noqa: BLE001  which one is the result
        return type(error), seen
    return None, seen


def eventually(condition: Callable[[], bool], *, seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        threading.Event().wait(0.01)
    return condition()


def is_gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
