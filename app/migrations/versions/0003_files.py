"""blobs and files."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from app.columns import Timestamp

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "blobs",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("idle_since", Timestamp(), nullable=True),
    )
    _index_where("idle_since IS NOT NULL", "blobs_idle", "blobs", ["idle_since"])
    op.create_table(
        "files",
        sa.Column("id", sa.String(26), primary_key=True),
        sa.Column("key", sa.Text(), nullable=False, unique=True),
        sa.Column("account_id", sa.Text(), sa.ForeignKey("accounts.id"), nullable=False),
        sa.Column("prediction_id", sa.String(26), sa.ForeignKey("predictions.id"), nullable=True),
        sa.Column("digest", sa.String(64), sa.ForeignKey("blobs.digest"), nullable=False),
        sa.Column("md5", sa.String(32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("meta", sa.JSON(), nullable=False),
        sa.Column("created_at", Timestamp(), nullable=False),
        sa.Column("expires_at", Timestamp(), nullable=True),
    )
    op.add_column("accounts", sa.Column("files_secret", sa.Text(), nullable=True))
    op.create_index("ix_files_digest", "files", ["digest"])
    of_account = ["account_id", "created_at", "id"]
    _index_where("prediction_id IS NULL", "uploads_of_account", "files", of_account)
    made = "prediction_id IS NOT NULL"
    _index_where(made, "files_of_prediction", "files", ["prediction_id"])
    _index_where("expires_at IS NOT NULL", "files_expiring", "files", ["expires_at"])


def downgrade() -> None:
    op.drop_column("accounts", "files_secret")
    op.drop_table("files")
    op.drop_table("blobs")


def _index_where(condition: str, name: str, table: str, columns: list[str]) -> None:
    """Index only the rows of which there are few."""
    where: Any = sa.text(condition)
    op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)
