"""The data of old predictions: found by the age of its end, and removed with what hangs on it."""

from collections.abc import Collection, Sequence

from sqlalchemy import delete, exists, select, update

from app.columns import database_now
from app.store.connection import reading, transaction
from app.tables import Attempt, Delivery, Prediction

BATCH = 200


def old(seconds: float, limit: int = BATCH) -> Sequence[str]:
    """Predictions that ended so long ago, have their data, and owe no webhook any more."""
    owes = exists().where(Delivery.prediction_id == Prediction.id, Delivery.settled_at.is_(None))
    found = (
        select(Prediction.id)
        .where(
            Prediction.data_removed.is_(False), Prediction.completed_at <= database_now(-seconds)
        )
        .where(~owes)
        .order_by(Prediction.completed_at)
        .limit(limit)
    )
    with reading() as work:
        return work.connection.execute(found).scalars().all()


def remove(prediction_ids: Collection[str]) -> None:
    """Empty predictions, and forget what was delivered of them."""
    of_these = Delivery.prediction_id.in_(prediction_ids)
    deliveries = select(Delivery.id).where(of_these)
    with transaction() as work:
        work.connection.execute(delete(Attempt).where(Attempt.delivery_id.in_(deliveries)))
        work.connection.execute(delete(Delivery).where(of_these))
        work.connection.execute(
            update(Prediction)
            .where(Prediction.id.in_(prediction_ids))
            .values(input={}, output=None, logs="", data_removed=True, stream_key=None)
        )
