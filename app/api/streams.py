"""Routes of live output; without a token: who knows the key may read."""

from http import HTTPStatus
from typing import NotRequired

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue as Reply
from typing_extensions import TypedDict

from app import holds, store
from app.api import openapi
from app.errors import NotFound, Unavailable
from app.streams import keys, reading
from app.tables import Prediction
from config import settings

EVENTS = "text/event-stream"
LIVE = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
ALLOWED = {
    "Access-Control-Allow-Methods": "GET",
    "Access-Control-Allow-Headers": "Authorization, Cache-Control, Last-Event-ID",
    "Access-Control-Max-Age": "86400",
}
FULL = "As many streams are open here as this server holds; try again shortly."

StreamHeaders = TypedDict("StreamHeaders", {"Last-Event-ID": NotRequired[str]})

routes = Blueprint("streams", __name__, url_prefix="/v1")


@routes.get("/streams/<key>")
@openapi.describe({200: openapi.EventStream}, 404, 503, headers=StreamHeaders, is_public=True)
def text(key: str) -> Reply:
    """Read a prediction's output as server-sent events while it is made."""
    return _stream(_found(key))


@routes.get("/files/streams/<key>")
@openapi.describe({200: openapi.EventStream}, 404, 503, headers=StreamHeaders, is_public=True)
def files(key: str) -> Reply:
    """Read the URLs of a prediction's files as server-sent events while they are made."""
    return _stream(_found(key))


@routes.after_request
def allow_origin(response: Response) -> Response:
    """Let the web pages that may read streams do so."""
    allowed, origin = settings.load().streams.stream_origins, request.headers.get("Origin")
    if allowed:
        response.vary.add("Origin")
    if origin and ("*" in allowed or origin in allowed):
        response.headers["Access-Control-Allow-Origin"] = origin
        if request.method == "OPTIONS":
            response.headers.update(ALLOWED)
    return response


def _found(key: str) -> Prediction:
    prediction = store.predictions.by_stream_key(key)
    if prediction is None:
        raise NotFound
    return prediction


def _stream(prediction: Prediction) -> Response:
    """An answer that is open until the end, in one of the places there are for such."""
    if request.method == "HEAD":
        return Response(mimetype=EVENTS, headers=LIVE)
    if not holds.take():
        raise Unavailable(FULL)
    last_id = request.headers.get("Last-Event-ID", "")
    kind = keys.kind(prediction.stream_key or "")
    response = Response(reading.events(prediction, kind, last_id), HTTPStatus.OK, LIVE)
    response.mimetype = EVENTS
    response.call_on_close(holds.give_back)
    return response
