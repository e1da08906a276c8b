"""Models and versions: find them, and keep them as the catalogue says."""

from collections.abc import Collection, Sequence
from typing import Any

from app import store
from app.errors import NotFound, UnknownVersion
from app.memory import Memory
from app.tables import Model, Version
from config import queues, settings
from predictors.catalog import Entry

COG_VERSION = "0.16.12"  # the generation of Cog whose schemas ours are; py1 asks for >= 0.3.9
PAGE = 100

known = Memory[tuple[str, str], Model](seconds=1)
known_versions = Memory[str, Version](seconds=60)  # they never change


def get(owner: str, name: str) -> Model:
    """The model with this name."""
    model = known.recall((owner, name), lambda: store.models.get(owner, name))
    if model is None:
        raise NotFound
    return model


def page(after: tuple[str, str] | None = None) -> Sequence[Model]:
    """Up to a hundred public models, by name, those after one."""
    return store.models.page(after, PAGE)


def versions(owner: str, name: str) -> Sequence[Version]:
    """A model's versions, newest first."""
    model = get(owner, name)
    return store.models.versions(model.owner, model.name, limit=PAGE)


def version(owner: str, name: str, version_id: str) -> Version:
    """A version of this model."""
    found = _version(version_id)
    if found is None or (found.owner, found.name) != (owner, name):
        raise NotFound
    return found


def latest(model: Model) -> Version | None:
    """The version a model's name stands for; None while it has none."""
    return _version(model.latest_version_id) if model.latest_version_id else None


def latest_version(owner: str, name: str) -> Version:
    """The version a model's name stands for."""
    found = latest(get(owner, name))
    if found is None:
        raise NotFound
    return found


def resolve(reference: str) -> Version:
    """The version meant by `owner/name`, `owner/name:id` or a bare id, if it is still served."""
    try:
        found = _meant(reference)
        if _is_served(found):
            return found
    except NotFound as error:
        raise UnknownVersion from error
    raise UnknownVersion


def queue(model: Model, of_version: Version) -> str:
    """Where predictions of a version wait."""
    return queues.for_version(model.hardware, model.owner, model.name, of_version.id)


def sync(entries: Collection[Entry]) -> None:
    """Make the database say of models what the catalogue says; others are served no more."""
    store.models.retire([(entry.owner, entry.name) for entry in entries])
    for entry in entries:
        model = Model(
            owner=entry.owner,
            name=entry.name,
            description=entry.description,
            hardware=entry.hardware,
            run_limit_seconds=entry.run_limit_seconds,
            min_instances=entry.min_instances,
            latest_version_id=entry.version,
        )
        kept = Version(
            id=entry.version,
            owner=entry.owner,
            name=entry.name,
            cog_version=COG_VERSION,
            openapi_schema=entry.openapi_schema,
        )
        store.models.keep(model, kept)


def readiness() -> dict[str, dict[str, Any]]:
    """For each model that is to be kept warm: how many instances are up, of how many."""
    silent = settings.load().model.lease_seconds
    return {
        f"{model.owner}/{model.name}": {
            "ready": len(store.workers.ready(model.latest_version_id or "", silent)),
            "wanted": model.min_instances,
        }
        for model in store.models.kept_warm()
    }


def _meant(reference: str) -> Version:
    ref, colon, version_id = reference.rpartition(":") if ":" in reference else (reference, "", "")
    owner, slash, name = ref.partition("/")
    if not slash:
        return _by_id(reference)
    return version(owner, name, version_id) if colon else latest_version(owner, name)


def _is_served(found: Version) -> bool:
    """Whether its model's name stands for it, or a worker holds it: the sweeper ends all others."""
    if get(found.owner, found.name).latest_version_id == found.id:
        return True
    return store.workers.hold(found.id, settings.load().model.lease_seconds)


def _by_id(version_id: str) -> Version:
    found = _version(version_id)
    if found is None:
        raise NotFound
    return found


def _version(version_id: str) -> Version | None:
    return known_versions.recall(version_id, lambda: store.models.version(version_id))
