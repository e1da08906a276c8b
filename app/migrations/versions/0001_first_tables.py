"""first tables."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from app.columns import Timestamp

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _accounts()
    _models()
    _workers()
    _predictions()
    _deliveries()


def downgrade() -> None:
    for table in ("attempts", "deliveries", "predictions", "tokens", "workers"):
        op.drop_table(table)
    for table in ("versions", "models", "accounts"):
        op.drop_table(table)


def _accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.Text(), primary_key=True),
        _text("username", unique=True),
        _text("webhook_secret"),
        _time("created_at"),
    )
    op.create_table(
        "tokens",
        sa.Column("id", sa.Text(), primary_key=True),
        _of("accounts.id", "account_id", sa.Text()),
        sa.Column("digest", sa.LargeBinary(), nullable=False, unique=True),
        _time("created_at"),
        _time("revoked_at", nullable=True),
    )
    op.create_index("ix_tokens_account_id", "tokens", ["account_id"])


def _models() -> None:
    op.create_table(
        "models",
        sa.Column("owner", sa.Text(), primary_key=True),
        sa.Column("name", sa.Text(), primary_key=True),
        _text("description", nullable=True),
        _text("visibility"),
        _text("hardware"),
        sa.Column("run_limit_seconds", sa.Float(53), nullable=False),
        sa.Column("min_instances", sa.Integer(), nullable=False),
        _text("latest_version_id", nullable=True),
        sa.Column("run_count", sa.BigInteger(), nullable=False),
        _time("created_at"),
    )
    op.create_table(
        "versions",
        sa.Column("id", sa.String(64), primary_key=True),
        _text("owner"),
        _text("name"),
        _text("cog_version"),
        sa.Column("openapi_schema", sa.JSON(), nullable=False),
        _time("created_at"),
    )
    op.create_index("versions_of_model", "versions", ["owner", "name", "created_at"])


def _workers() -> None:
    op.create_table(
        "workers",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("version_id", sa.String(64), nullable=False),
        _text("model"),
        _text("state"),
        _text("error", nullable=True),
        _time("started_at"),
        _time("seen_at"),
    )
    op.create_index("ix_workers_version_id", "workers", ["version_id"])


def _predictions() -> None:
    op.create_table("predictions", *_asked(), *_answered(), *_led())
    order = ["account_id", "created_at", "id"]
    op.create_index("predictions_of_account", "predictions", order)
    _index_where("completed_at IS NULL", "predictions_alive", "predictions", ["queue", "publish_at"])


def _asked() -> list[sa.Column[Any]]:
    """What a client asked for."""
    return [
        sa.Column("id", sa.String(26), primary_key=True),
        _of("accounts.id", "account_id", sa.Text()),
        _text("model"),
        sa.Column("version_id", sa.String(64), nullable=False),
        _text("queue"),
        sa.Column("input", sa.JSON(), nullable=False),
        _text("source"),
        _text("webhook", nullable=True),
        sa.Column("webhook_events", sa.JSON(none_as_null=True), nullable=True),
        _time("created_at"),
        _time("deadline", nullable=True),
        sa.Column("run_limit_seconds", sa.Float(53), nullable=False),
    ]


def _answered() -> list[sa.Column[Any]]:
    """What came of it."""
    return [
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("output", sa.JSON(none_as_null=True), nullable=True),
        _text("error", nullable=True),
        _text("logs"),
        sa.Column("metrics", sa.JSON(), nullable=False),
        sa.Column("data_removed", sa.Boolean(), nullable=False),
        _time("started_at", nullable=True),
        _time("completed_at", nullable=True),
    ]


def _led() -> list[sa.Column[Any]]:
    """Who has it, and when it is queued again."""
    return [
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_number", sa.Integer(), nullable=False),
        _time("lease_expires_at", nullable=True),
        _time("run_expires_at", nullable=True),
        _text("worker", nullable=True),
        _time("publish_at", nullable=True),
        sa.Column("publishes", sa.Integer(), nullable=False),
    ]


def _deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Text(), primary_key=True),
        _of("predictions.id", "prediction_id", sa.String(26)),
        _of("accounts.id", "account_id", sa.Text()),
        _text("event"),
        sa.Column("sequence", sa.Integer(), nullable=False),
        _text("url"),
        _text("target"),
        _text("state"),
        sa.Column("failures", sa.Integer(), nullable=False),
        _time("due_at"),
        _time("replay_requested_at", nullable=True),
        _time("attempted_at", nullable=True),
        sa.Column("lease_number", sa.Integer(), nullable=False),
        _time("lease_expires_at", nullable=True),
        _time("created_at"),
        _time("settled_at", nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
    )
    op.create_index("deliveries_of_prediction", "deliveries", ["prediction_id", "sequence"])
    _index_where("settled_at IS NULL", "deliveries_due", "deliveries", ["due_at"])
    replayed = ["replay_requested_at"]
    _index_where("replay_requested_at IS NOT NULL", "deliveries_replayed", "deliveries", replayed)
    of_target = ["account_id", "target"]
    _index_where("settled_at IS NULL", "deliveries_of_target", "deliveries", of_target)
    _attempts()


def _attempts() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "attempts",
        sa.Column("id", number, primary_key=True),
        _of("deliveries.id", "delivery_id", sa.Text()),
        sa.Column("number", sa.Integer(), nullable=False),
        _text("trigger"),
        _time("started_at"),
        sa.Column("seconds", sa.Float(53), nullable=False),
        sa.Column("response_status", sa.Integer(), nullable=True),
        _text("error", nullable=True),
        _text("excerpt", nullable=True),
        _time("next_attempt_at", nullable=True),
    )
    op.create_index("ix_attempts_delivery_id", "attempts", ["delivery_id"])


def _text(name: str, **options: Any) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), **{"nullable": False, **options})


def _time(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, Timestamp(), nullable=nullable)


def _of(other: str, name: str, kind: sa.types.TypeEngine[Any]) -> sa.Column[Any]:
    return sa.Column(name, kind, sa.ForeignKey(other), nullable=False)


def _index_where(condition: str, name: str, table: str, columns: list[str]) -> None:
    """Index only the rows of which there are few."""
    where = sa.text(condition)
    op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)
