"""Whether this process lives, and whether the service can do its work."""

from collections.abc import Callable
from http import HTTPStatus

from flask import Blueprint
from flask.typing import ResponseReturnValue as Reply
from typing_extensions import TypedDict

from app import live, models, store
from app.api import openapi
from app.errors import Unavailable

routes = Blueprint("health", __name__, url_prefix="/health")


class Check(TypedDict):
    """One thing the service needs, and how it is."""

    is_ok: bool
    detail: str


class Life(TypedDict):
    """That this process answers."""

    status: str


class Readiness(TypedDict):
    """Whether the service can do its work, and what it needs for it, by name."""

    status: str
    checks: dict[str, Check]


@routes.get("/live")
@openapi.describe({200: Life}, is_public=True)
def alive() -> Reply:
    """Say that the process answers."""
    return {"status": "live"}


@routes.get("/ready")
@openapi.describe({200: Readiness, 503: Readiness}, is_public=True)
def ready() -> Reply:
    """Say whether predictions can be taken and run."""
    checks = {"store": _ask(store.check), "broker": _ask(live.check), **_models()}
    if all(check["is_ok"] for check in checks.values()):
        return {"status": "ready", "checks": checks}
    return {"status": "unready", "checks": checks}, HTTPStatus.SERVICE_UNAVAILABLE


def _ask(check: Callable[[], object]) -> Check:
    try:
        check()
    except Unavailable as error:
        return {"is_ok": False, "detail": error.detail}
    return {"is_ok": True, "detail": "It answers."}


def _models() -> dict[str, Check]:
    """A check for each model that is kept warm; none when the store that knows them is away."""
    try:
        found = models.readiness()
    except Unavailable:
        return {}
    return {
        ref: {
            "is_ok": count["ready"] >= count["wanted"],
            "detail": f"{count['ready']} of {count['wanted']} instances are ready.",
        }
        for ref, count in found.items()
    }
