"""Lists in pages: cursors that stay true while rows come in, and links to the pages around."""

import base64
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import request
from typing_extensions import TypedDict

from app import tables
from app.errors import InvalidRequest
from app.replies import DeliveryLog, File, Model, Prediction, Timestamp, Url, Version
from app.store.windows import PAGE, Window
from config import settings

OLDER, NEWER = "older", "newer"

Listed = TypeVar("Listed", tables.Prediction, tables.File)


class Page(TypedDict):
    """A part of a list, and where the parts around it are."""

    next: Url | None
    previous: Url | None


class PredictionPage(Page):
    """Predictions, newest first."""

    results: list[Prediction]


class FilePage(Page):
    """Uploads, newest first."""

    results: list[File]


class ModelPage(Page):
    """Models, by name."""

    results: list[Model]


class VersionPage(Page):
    """A model's versions, newest first."""

    results: list[Version]


class DeliveryPage(Page):
    """What is owed to a prediction's webhook, oldest first."""

    results: list[DeliveryLog]


class PageQuery(TypedDict, total=False):
    """Where a page begins: taken from the links of another page."""

    cursor: str


class PredictionQuery(PageQuery, total=False):
    """Which predictions to list: created at or after, and strictly before."""

    created_after: Timestamp
    created_before: Timestamp


def window() -> Window:
    """The part of a list by time that the request's query asks for."""
    filters = Window(
        created_after=_moment("created_after"), created_before=_moment("created_before")
    )
    if "cursor" not in request.args:
        return filters
    direction, created_at, prediction_id = _cursor(3)
    place = (_time("cursor", created_at), prediction_id)
    return replace(filters, cursor=place, newer=direction == NEWER)


def after() -> tuple[str, str] | None:
    """The owner and name behind which a list of models goes on; None for its beginning."""
    if "cursor" not in request.args:
        return None
    owner, name = _cursor(2)
    return owner, name


def timed(
    found: Sequence[Listed], inside: Window, reply: Callable[[Listed], Any]
) -> dict[str, Any]:
    """A page of what is listed by time; one row more than fits tells that there are more."""
    has_more = len(found) > PAGE
    rows = found[-PAGE:] if inside.newer else found[:PAGE]
    has_older = has_more or inside.newer
    has_newer = has_more if inside.newer else inside.cursor is not None
    return {
        "next": _link(OLDER, *_place(rows[-1])) if rows and has_older else None,
        "previous": _link(NEWER, *_place(rows[0])) if rows and has_newer else None,
        "results": [reply(row) for row in rows],
    }


def models(results: list[Model]) -> ModelPage:
    """A page of models; a full one may have another behind it."""
    last = results[-1] if len(results) == PAGE else None
    return {
        "next": _link(last["owner"], last["name"]) if last else None,
        "previous": None,
        "results": results,
    }


def whole(results: list[Any]) -> dict[str, Any]:
    """A list that fits on one page."""
    return {"next": None, "previous": None, "results": results}


def _place(row: tables.Prediction | tables.File) -> tuple[str, str]:
    return row.created_at.isoformat(), row.id


def _link(*cursor: str) -> str:
    """The absolute URL of the page at a cursor, with the same filters."""
    text = base64.urlsafe_b64encode(" ".join(cursor).encode()).decode()
    query = urlencode({**request.args, "cursor": text})
    return f"{settings.load().public_url}{request.path}?{query}"


def _cursor(length: int) -> list[str]:
    """The parts of the request's cursor."""
    try:
        text = base64.b64decode(request.args["cursor"], altchars="-_", validate=True).decode()
    except ValueError:
        text = ""
    parts = text.split(" ")
    if len(parts) != length or not text.isprintable():
        raise InvalidRequest("The cursor is not one that this list has handed out.")
    return parts


def _moment(name: str) -> datetime | None:
    text = request.args.get(name)
    return None if text is None else _time(name, text)


def _time(name: str, text: str) -> datetime:
    """An ISO 8601 date-time from the query; UTC where it names no zone."""
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidRequest(
            f"{name} must be an ISO 8601 date-time, as 2026-02-03T09:15:00Z."
        ) from error
