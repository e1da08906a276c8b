"""What a client is sent: one shape and one function per resource, row → Replicate JSON."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from app import tables, uploads
from app.status import Status
from app.streams import keys
from config import settings

Timestamp = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
Url = Annotated[str, Field(json_schema_extra={"format": "uri"})]

NEVER = datetime.max.replace(tzinfo=UTC)


class Urls(TypedDict):
    """Where to go on with a prediction."""

    get: Url
    cancel: Url
    web: Url
    stream: NotRequired[Url]


class Prediction(TypedDict):
    """One request to a version, with its life."""

    id: str
    model: str
    version: str
    status: Status
    input: dict[str, Any]
    output: Any
    error: str | None
    logs: str
    metrics: dict[str, Any]
    source: str
    data_removed: bool
    created_at: Timestamp
    started_at: Timestamp | None
    completed_at: Timestamp | None
    deadline: Timestamp | None
    deployment: str | None
    urls: Urls
    webhook: str | None
    webhook_events_filter: list[str] | None


class Version(TypedDict):
    """One immutable build of a model."""

    id: str
    created_at: Timestamp
    cog_version: str
    openapi_schema: dict[str, Any]


class Model(TypedDict):
    """An owner/name that has versions."""

    url: Url
    owner: str
    name: str
    description: str | None
    visibility: str
    is_official: bool
    github_url: str | None
    paper_url: str | None
    license_url: str | None
    weights_url: str | None
    cover_image_url: str | None
    run_count: int
    created_at: Timestamp
    default_example: Prediction | None
    latest_version: Version | None


class Account(TypedDict):
    """Who a token belongs to."""

    type: Literal["user", "organization"]
    username: str
    name: str
    github_url: str | None
    avatar_url: str | None


class WebhookSecret(TypedDict):
    """The key that an account's webhooks are signed with."""

    key: str


class FileUrls(TypedDict):
    """Where an upload is described."""

    get: Url


class File(TypedDict):
    """A file that was uploaded, to be named in inputs by `urls.get`."""

    id: str
    name: str
    etag: str
    content_type: str
    size: int
    checksums: dict[str, str]
    metadata: dict[str, Any]
    created_at: Timestamp
    expires_at: Timestamp
    urls: FileUrls


class Attempt(TypedDict):
    """One try at a delivery, and what came of it."""

    number: int
    trigger: str
    started_at: Timestamp
    seconds: float
    response_status: int | None
    error: str | None
    excerpt: str | None
    next_attempt_at: Timestamp | None


class Delivery(TypedDict):
    """One event owed to a webhook; its id is sent as `webhook-id`."""

    id: str
    event: str
    url: str
    state: str
    failures: int
    created_at: Timestamp
    due_at: Timestamp | None
    settled_at: Timestamp | None


class DeliveryLog(Delivery):
    """A delivery with every attempt at it."""

    attempts: list[Attempt]


def prediction(row: tables.Prediction) -> Prediction:
    """A prediction as it stands; also the body of its webhooks."""
    return {
        "id": row.id,
        "model": row.model,
        "version": row.version_id,
        "status": row.status,
        "input": row.input,
        "output": row.output,
        "error": row.error,
        "logs": row.logs,
        "metrics": {**row.metrics, **_times(row)},
        "source": row.source,
        "data_removed": row.data_removed,
        "created_at": _time(row.created_at),
        "started_at": _optional(row.started_at),
        "completed_at": _optional(row.completed_at),
        "deadline": _optional(row.deadline),
        "deployment": None,
        "urls": urls(row),
        "webhook": row.webhook,
        "webhook_events_filter": row.webhook_events,
    }


def starting(row: tables.Prediction) -> Prediction:
    """A prediction as if nothing had happened yet, whatever the row says.

    The clients take any other status in the answer to a create as the end of it, and output that
    is already there as read.
    """
    return {
        **prediction(row),
        "status": Status.STARTING,
        "output": None,
        "error": None,
        "logs": "",
        "metrics": {},
        "started_at": None,
        "completed_at": None,
    }


def urls(row: tables.Prediction) -> Urls:
    """Where to go on with a prediction; a stream that there is not must not be null for clients."""
    public_url = settings.load().public_url
    get = f"{public_url}/v1/predictions/{row.id}"
    found: Urls = {"get": get, "cancel": f"{get}/cancel", "web": f"{public_url}/p/{row.id}"}
    if row.stream_key:
        found["stream"] = public_url + keys.path(row.stream_key)
    return found


def model(row: tables.Model, latest: tables.Version | None) -> Model:
    """A model with the version its name stands for."""
    return {
        "url": f"{settings.load().public_url}/{row.owner}/{row.name}",
        "owner": row.owner,
        "name": row.name,
        "description": row.description,
        "visibility": row.visibility,
        "is_official": False,
        "github_url": None,
        "paper_url": None,
        "license_url": None,
        "weights_url": None,
        "cover_image_url": None,
        "run_count": row.run_count,
        "created_at": _time(row.created_at),
        "default_example": None,
        "latest_version": version(latest) if latest else None,
    }


def version(row: tables.Version) -> Version:
    """A version with its schema."""
    return {
        "id": row.id,
        "created_at": _time(row.created_at),
        "cog_version": row.cog_version,
        "openapi_schema": row.openapi_schema,
    }


def account(row: tables.Account) -> Account:
    """An account; its name is its username."""
    return {
        "type": "user",
        "username": row.username,
        "name": row.username,
        "github_url": None,
        "avatar_url": None,
    }


def webhook_secret(row: tables.Account) -> WebhookSecret:
    """The signing key of an account."""
    return {"key": row.webhook_secret}


def file(row: tables.File) -> File:
    """An upload."""
    return {
        "id": row.id,
        "name": row.name,
        "etag": row.md5,
        "content_type": row.content_type,
        "size": row.size,
        "checksums": {"sha256": row.digest, "md5": row.md5},
        "metadata": row.meta,
        "created_at": _time(row.created_at),
        "expires_at": _time(row.expires_at or NEVER),
        "urls": {"get": uploads.url(row.id)},
    }


def delivery(row: tables.Delivery) -> Delivery:
    """What is owed to a webhook; nothing is due once it is settled."""
    return {
        "id": row.id,
        "event": row.event,
        "url": row.url,
        "state": row.state,
        "failures": row.failures,
        "created_at": _time(row.created_at),
        "due_at": None if row.settled_at else _time(row.due_at),
        "settled_at": _optional(row.settled_at),
    }


def delivery_log(row: tables.Delivery, attempts: Iterable[tables.Attempt]) -> DeliveryLog:
    """A delivery and what came of it so far."""
    return {**delivery(row), "attempts": [attempt(made) for made in attempts]}


def attempt(row: tables.Attempt) -> Attempt:
    """One try at a delivery."""
    return {
        "number": row.number,
        "trigger": row.trigger,
        "started_at": _time(row.started_at),
        "seconds": row.seconds,
        "response_status": row.response_status,
        "error": row.error,
        "excerpt": row.excerpt,
        "next_attempt_at": _optional(row.next_attempt_at),
    }


def _times(row: tables.Prediction) -> dict[str, float]:
    """How long the run took, and the whole life with its time in the queue, once it is over."""
    if not row.completed_at:
        return {}
    begun = {"predict_time": row.started_at, "total_time": row.created_at}
    return {name: (row.completed_at - at).total_seconds() for name, at in begun.items() if at}


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _optional(moment: datetime | None) -> str | None:
    return _time(moment) if moment else None
