"""stream keys."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("predictions", sa.Column("stream_key", sa.Text(), nullable=True))
    kept = sa.text("stream_key IS NOT NULL")
    op.create_index(
        "predictions_of_stream",
        "predictions",
        ["stream_key"],
        unique=True,
        sqlite_where=kept,
        postgresql_where=kept,
    )


def downgrade() -> None:
    op.drop_index("predictions_of_stream", "predictions")
    op.drop_column("predictions", "stream_key")
