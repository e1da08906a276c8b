"""The rows we keep."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    Enum,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from app.columns import Timestamp, database_now
from app.status import Status


class Row(DeclarativeBase):
    """A stored record."""

    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: Timestamp,
        dict[str, Any]: JSON,
        list[str]: JSON,
        str: Text,
        float: Float(53),
    }


class Account(Row):
    """Who owns tokens, predictions and files, and signs webhooks and downloads."""

    __tablename__ = "accounts"

    id: Mapped[str] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(unique=True)
    webhook_secret: Mapped[str]
    files_secret: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=database_now())


class Token(Row):
    """A key to an account; only its SHA-256 is kept."""

    __tablename__ = "tokens"

    id: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), index=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    created_at: Mapped[datetime] = mapped_column(default=database_now())
    revoked_at: Mapped[datetime | None]


class Model(Row):
    """An owner/name that has versions; `latest_version_id` is the one its name stands for."""

    __tablename__ = "models"

    owner: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    description: Mapped[str | None]
    visibility: Mapped[str] = mapped_column(default="public")
    hardware: Mapped[str]
    run_limit_seconds: Mapped[float]
    min_instances: Mapped[int]
    latest_version_id: Mapped[str | None]
    run_count: Mapped[int] = mapped_column(BigInteger, default=0)
    created_at: Mapped[datetime] = mapped_column(default=database_now())


class Version(Row):
    """One immutable build of a model: its schema, found by its content's hash."""

    __tablename__ = "versions"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    owner: Mapped[str]
    name: Mapped[str]
    cog_version: Mapped[str]
    openapi_schema: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(default=database_now())

    __table_args__ = (Index("versions_of_model", "owner", "name", "created_at"),)


class Prediction(Row):
    """One request to a version, with its life.

    A lease that is held has a worker, a number and an expiry. `publish_at` is when a message for
    the row is due, null while none is needed.
    """

    __tablename__ = "predictions"

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    model: Mapped[str]
    version_id: Mapped[str] = mapped_column(String(64))
    queue: Mapped[str]
    status: Mapped[Status] = mapped_column(
        Enum(Status, native_enum=False, length=16, values_callable=lambda e: [s.value for s in e])
    )
    input: Mapped[dict[str, Any]]
    output: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    error: Mapped[str | None]
    logs: Mapped[str] = mapped_column(default="")
    metrics: Mapped[dict[str, Any]] = mapped_column(default=dict)
    source: Mapped[str] = mapped_column(default="api")
    data_removed: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=database_now())
    started_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None] = mapped_column()
    deadline: Mapped[datetime | None]
    run_limit_seconds: Mapped[float]

    webhook: Mapped[str | None]
    webhook_events: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    stream_key: Mapped[str | None] = mapped_column()

    attempts: Mapped[int] = mapped_column(default=0)
    lease_number: Mapped[int] = mapped_column(default=0)
    lease_expires_at: Mapped[datetime | None]
    run_expires_at: Mapped[datetime | None]
    worker: Mapped[str | None]
    publish_at: Mapped[datetime | None] = mapped_column(default=database_now())
    publishes: Mapped[int] = mapped_column(Integer, default=0)

    __table_args__ = (
        Index("predictions_of_account", "account_id", "created_at", "id"),
        Index(
            "predictions_alive",
            "queue",
            "publish_at",
            sqlite_where=completed_at.is_(None),
            postgresql_where=completed_at.is_(None),
        ),
        Index(
            "predictions_with_data",
            "data_removed",
            "completed_at",
            sqlite_where=completed_at.is_not(None),
            postgresql_where=completed_at.is_not(None),
        ),
        Index(
            "predictions_of_stream",
            "stream_key",
            unique=True,
            sqlite_where=stream_key.is_not(None),
            postgresql_where=stream_key.is_not(None),
        ),
    )


class Delivery(Row):
    """One event owed to a webhook: the exact bytes, and when to try next. Its id is webhook-id.

    The bytes are read only where asked for, and come last: SQLite reads through what is before.
    """

    __tablename__ = "deliveries"

    id: Mapped[str] = mapped_column(primary_key=True)
    prediction_id: Mapped[str] = mapped_column(ForeignKey("predictions.id"))
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    event: Mapped[str]
    sequence: Mapped[int]
    url: Mapped[str]
    target: Mapped[str]
    state: Mapped[str] = mapped_column(default="due")
    failures: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime] = mapped_column(default=database_now())
    replay_requested_at: Mapped[datetime | None] = mapped_column()
    attempted_at: Mapped[datetime | None]
    lease_number: Mapped[int] = mapped_column(default=0)
    lease_expires_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=database_now())
    settled_at: Mapped[datetime | None] = mapped_column()
    body: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)

    __table_args__ = (
        Index("deliveries_of_prediction", "prediction_id", "sequence"),
        Index(
            "deliveries_due",
            "due_at",
            sqlite_where=settled_at.is_(None),
            postgresql_where=settled_at.is_(None),
        ),
        Index(
            "deliveries_replayed",
            "replay_requested_at",
            sqlite_where=replay_requested_at.is_not(None),
            postgresql_where=replay_requested_at.is_not(None),
        ),
        Index(
            "deliveries_of_target",
            "account_id",
            "target",
            sqlite_where=settled_at.is_(None),
            postgresql_where=settled_at.is_(None),
        ),
    )


class Attempt(Row):
    """One try at a delivery, and what came of it."""

    __tablename__ = "attempts"

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    delivery_id: Mapped[str] = mapped_column(ForeignKey("deliveries.id"), index=True)
    number: Mapped[int]
    trigger: Mapped[str]
    started_at: Mapped[datetime]
    seconds: Mapped[float]
    response_status: Mapped[int | None]
    error: Mapped[str | None]
    excerpt: Mapped[str | None]
    next_attempt_at: Mapped[datetime | None]


class Blob(Row):
    """The content of files, named by its SHA-256; not idle while a file refers to it."""

    __tablename__ = "blobs"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    idle_since: Mapped[datetime | None] = mapped_column(default=database_now())

    __table_args__ = (
        Index(
            "blobs_idle",
            "idle_since",
            sqlite_where=idle_since.is_not(None),
            postgresql_where=idle_since.is_not(None),
        ),
    )


class File(Row):
    """A file that a client has uploaded, or that a prediction has made, under a name of its own.

    `key` is what nobody can guess: it opens the file to whoever has its URL.
    """

    __tablename__ = "files"

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    prediction_id: Mapped[str | None] = mapped_column(ForeignKey("predictions.id"))
    digest: Mapped[str] = mapped_column(ForeignKey("blobs.digest"), index=True)
    md5: Mapped[str] = mapped_column(String(32))
    name: Mapped[str]
    content_type: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    meta: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(default=database_now())
    expires_at: Mapped[datetime | None] = mapped_column()

    __table_args__ = (
        Index(
            "uploads_of_account",
            "account_id",
            "created_at",
            "id",
            sqlite_where=prediction_id.is_(None),
            postgresql_where=prediction_id.is_(None),
        ),
        Index(
            "files_of_prediction",
            "prediction_id",
            sqlite_where=prediction_id.is_not(None),
            postgresql_where=prediction_id.is_not(None),
        ),
        Index(
            "files_expiring",
            "expires_at",
            sqlite_where=expires_at.is_not(None),
            postgresql_where=expires_at.is_not(None),
        ),
    )


class Worker(Row):
    """A worker process that loads or holds a version, as it last said itself."""

    __tablename__ = "workers"

    id: Mapped[str] = mapped_column(primary_key=True)
    version_id: Mapped[str] = mapped_column(String(64), index=True)
    model: Mapped[str]
    state: Mapped[str]
    error: Mapped[str | None]
    started_at: Mapped[datetime] = mapped_column(default=database_now())
    seen_at: Mapped[datetime] = mapped_column(default=database_now())
