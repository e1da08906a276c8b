"""retention: the predictions that still have their data, by their end."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    ended = sa.text("completed_at IS NOT NULL")
    op.create_index(
        "predictions_with_data",
        "predictions",
        ["data_removed", "completed_at"],
        sqlite_where=ended,
        postgresql_where=ended,
    )


def downgrade() -> None:
    op.drop_index("predictions_with_data", "predictions")
