"""What the headers of a create say: Prefer and Cancel-After, parsed and typed."""

import operator
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, NotRequired

from flask import request
from pydantic import Field
from typing_extensions import TypedDict

from app.errors import InvalidRequest
from config import settings

LONGEST_WAIT_SECONDS = 60
SHORTEST_LIFE, LONGEST_LIFE = timedelta(seconds=5), timedelta(hours=24)
WRONG_LIFE = "Cancel-After must be a duration from 5s to 24h, such as 30, 90s, 5m or 1m30s."

WAIT = re.compile(r'\s*wait\s*(?:=\s*"?([0-9]{0,99})"?\s*)?(?:;.*)?', re.IGNORECASE)
DURATION = re.compile(r"([0-9]{1,9})|(?:([0-9]{1,9})h)?(?:([0-9]{1,9})m)?(?:([0-9]{1,9})s)?")

CreateHeaders = TypedDict(
    "CreateHeaders",
    {
        "Prefer": NotRequired[
            Annotated[str, Field(description="`wait` or `wait=10`: hold the answer for the end.")]
        ],
        "Cancel-After": NotRequired[
            Annotated[str, Field(description="When to give up: from `5s` to `24h`, or `1m30s`.")]
        ],
    },
)


@dataclass(frozen=True)
class Wait:
    """A wish to have the answer held: for how long, and how it is confirmed."""

    seconds: float
    applied: str


def wait() -> Wait | None:
    """How long the client would wait for the end; None where it would not."""
    preferences = map(WAIT.fullmatch, request.headers.get("Prefer", "").split(","))
    return next((_wait(match[1]) for match in preferences if match), None)


def cancel_after(lifetime: str | None) -> timedelta | None:
    """How long after its creation to give a prediction up; the body's `lifetime` means the same."""
    text = request.headers.get("Cancel-After", lifetime)
    return None if text is None else duration(text)


def duration(text: str) -> timedelta:
    """What `30`, `90s`, `5m` or `1m30s` says; nothing at all counts as too short."""
    match = DURATION.fullmatch(text)
    parts = [int(part or 0) for part in match.groups()] if match else [0]
    said = timedelta(seconds=sum(map(operator.mul, parts, (1, 3600, 60, 1))))
    if not SHORTEST_LIFE <= said <= LONGEST_LIFE:
        raise InvalidRequest(WRONG_LIFE)
    return said


def _wait(text: str | None) -> Wait | None:
    """Zero seconds are no wait."""
    asked = min(int(text), LONGEST_WAIT_SECONDS) if text else LONGEST_WAIT_SECONDS
    held = min(asked, settings.load().web.wait_seconds)
    return Wait(held, f"wait={asked}" if text else "wait") if asked else None
