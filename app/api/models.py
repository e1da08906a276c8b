"""Routes of models and their versions."""

from flask import Blueprint
from flask.typing import ResponseReturnValue as Reply

from app import models, replies
from app.api import openapi, pages

routes = Blueprint("models", __name__, url_prefix="/models")


@routes.get("")
@openapi.describe({200: pages.ModelPage}, 422, query=pages.PageQuery)
def page() -> Reply:
    """List public models."""
    found = models.page(pages.after())
    return pages.models([replies.model(row, models.latest(row)) for row in found])


@routes.get("/<owner>/<name>")
@openapi.describe({200: replies.Model}, 404)
def get(owner: str, name: str) -> Reply:
    """Get a model with its newest version."""
    row = models.get(owner, name)
    return replies.model(row, models.latest(row))


@routes.get("/<owner>/<name>/versions")
@openapi.describe({200: pages.VersionPage}, 404)
def versions(owner: str, name: str) -> Reply:
    """List a model's versions, newest first."""
    return pages.whole([replies.version(row) for row in models.versions(owner, name)])


@routes.get("/<owner>/<name>/versions/<version_id>")
@openapi.describe({200: replies.Version}, 404)
def version(owner: str, name: str, version_id: str) -> Reply:
    """Get a version of a model."""
    return replies.version(models.version(owner, name, version_id))
