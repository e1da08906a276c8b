"""The route of the files that models give; without a token: who knows the URL may read."""

from flask import Blueprint
from flask.typing import ResponseReturnValue as Reply

from app import outputs
from app.api import contents, openapi

# What browsers show without running any of it; all else they save.
SHOWN = frozenset(
    {
        *("image/avif", "image/gif", "image/jpeg", "image/png", "image/webp"),
        *("audio/flac", "audio/mp4", "audio/mpeg", "audio/ogg", "audio/wav", "audio/x-wav"),
        *("video/mp4", "video/ogg", "video/webm", "text/plain"),
    }
)
HEADERS = {
    "Cache-Control": "private, max-age=86400, immutable",
    "Access-Control-Allow-Origin": "*",  # nothing is told that the URL alone does not open
}

routes = Blueprint("outputs", __name__, url_prefix="/files")


@routes.get("/<key>/<name>")
@openapi.describe({200: None, 206: None}, 404, 416, 503, is_public=True)
def download(key: str, name: str) -> Reply:
    """Download a file that a model gave, or a part of it; no token is needed."""
    file = outputs.served(key, name)
    answer = contents.reply(file, "inline" if file.content_type in SHOWN else "attachment")
    answer.headers.update(HEADERS)
    if file.content_type == "text/plain":
        answer.mimetype_params["charset"] = "utf-8"
    return answer
