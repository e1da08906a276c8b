"""Workers as rows: who loads or holds which version, by what they last said."""

from collections.abc import Sequence

from sqlalchemy import delete, exists, select

from app.columns import database_now
from app.store.connection import reading, transaction
from app.tables import Worker


def report(worker: Worker) -> None:
    """Keep what a worker says of itself, as of now."""
    with transaction() as work:
        worker.seen_at = database_now()
        work.session.merge(worker)


def ready(version_id: str, within_seconds: float) -> Sequence[Worker]:
    """Workers that hold a version loaded and were heard of lately."""
    query = select(Worker).where(
        Worker.version_id == version_id,
        Worker.state == "ready",
        Worker.seen_at > database_now(-within_seconds),
    )
    with reading() as work:
        return work.session.execute(query).scalars().all()


def hold(version_id: str, within_seconds: float) -> bool:
    """Whether a worker that was heard of lately is there for a version, loaded or not."""
    heard = Worker.seen_at > database_now(-within_seconds)
    with reading() as work:
        query = select(exists().where(Worker.version_id == version_id, heard))
        return bool(work.session.execute(query).scalar())


def forget(worker_id: str) -> None:
    """Drop a worker that has left."""
    with transaction() as work:
        work.session.execute(delete(Worker).where(Worker.id == worker_id))


def forget_silent(seconds: float) -> None:
    """Drop workers that have not been heard of for so long."""
    silent = delete(Worker).where(Worker.seen_at < database_now(-seconds))
    with transaction() as work:
        work.session.execute(silent, execution_options={"synchronize_session": False})
