"""The HTTP edge: every route, the token before it, the problem after it."""

import secrets

import structlog
from flask import Blueprint, Flask, Response, g
from flask.json.provider import DefaultJSONProvider
from werkzeug.routing import BaseConverter

from app import live
from app.api import (
    account,
    auth,
    errors,
    health,
    models,
    openapi,
    outputs,
    predictions,
    streams,
    uploads,
    webhooks,
)
from app.streams.hub import hub
from config.settings import Settings

REQUEST_ID = "X-Request-Id"

v1 = Blueprint("v1", __name__, url_prefix="/v1")
v1.before_request(auth.authenticate)
for routes in (account.routes, models.routes, predictions.routes, uploads.routes, webhooks.routes):
    v1.register_blueprint(routes)

OPEN = (streams.routes, uploads.open_routes, outputs.routes, health.routes, openapi.routes)


class Name(BaseConverter):
    """One part of a path: what ids and names are made of, so that nothing else is looked up."""

    regex = "[A-Za-z0-9._-]+"


class Json(DefaultJSONProvider):
    """Compact, in the order of the reply, ASCII."""

    sort_keys = False
    compact = True


def application(settings: Settings) -> Flask:
    """A Flask application with all routes."""
    app = Flask("app", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = settings.web.body_bytes
    app.json = Json(app)
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    app.url_map.converters["default"] = Name
    app.before_request(_name_request)
    app.after_request(_tell_name)
    app.teardown_request(_forget_name)
    app.extensions["let_go"] = _let_go
    errors.register(app)
    for blueprint in (v1, *OPEN):
        app.register_blueprint(blueprint)
    return app


def _let_go() -> None:
    """End what is held, since this process leaves: waits are answered, streams stop."""
    live.let_go()
    hub().leave()


def _name_request() -> None:
    """Give the request an id that stands in every log line and in the answer."""
    g.request_id = secrets.token_hex(8)
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _tell_name(response: Response) -> Response:
    response.headers[REQUEST_ID] = g.request_id
    return response


def _forget_name(_error: BaseException | None) -> None:
    structlog.contextvars.clear_contextvars()
