"""Models and versions as rows."""

from collections.abc import Collection, Sequence

from sqlalchemy import select, tuple_, update

from app.store.connection import reading, transaction
from app.tables import Model, Version


def keep(model: Model, version: Version) -> None:
    """Keep a model as it is described now, and its version if it is new."""
    with transaction() as work:
        kept = work.session.get(Model, (model.owner, model.name))
        if kept:
            model.run_count, model.created_at = kept.run_count, kept.created_at
        work.session.merge(model)
        if not work.session.get(Version, version.id):
            work.session.add(version)


def retire(names: Collection[tuple[str, str]]) -> None:
    """Leave all models but these without a version, so that nothing more is asked of them."""
    others = update(Model).where(tuple_(Model.owner, Model.name).not_in(names))
    with transaction() as work:
        work.connection.execute(others.values(latest_version_id=None, min_instances=0))


def get(owner: str, name: str) -> Model | None:
    """The model with this name; None where there is none."""
    with reading() as work:
        return work.session.get(Model, (owner, name))


def version(version_id: str) -> Version | None:
    """The version with this id; None where there is none."""
    with reading() as work:
        return work.session.get(Version, version_id)


def versions(owner: str, name: str, *, limit: int) -> Sequence[Version]:
    """A model's versions, newest first."""
    query = select(Version).where(Version.owner == owner, Version.name == name)
    with reading() as work:
        newest = query.order_by(Version.created_at.desc(), Version.id.desc()).limit(limit)
        return work.session.execute(newest).scalars().all()


def page(after: tuple[str, str] | None, limit: int) -> Sequence[Model]:
    """Public models by owner and name, those after one."""
    query = select(Model).where(Model.visibility == "public")
    if after:
        query = query.where(tuple_(Model.owner, Model.name) > after)
    with reading() as work:
        ordered = query.order_by(Model.owner, Model.name).limit(limit)
        return work.session.execute(ordered).scalars().all()


def kept_warm() -> Sequence[Model]:
    """Models of which at least one instance is to be up all the time."""
    with reading() as work:
        return work.session.execute(select(Model).where(Model.min_instances > 0)).scalars().all()
