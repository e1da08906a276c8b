"""Routes of the files that clients upload."""

from http import HTTPStatus

from flask import Blueprint, request
from flask.typing import ResponseReturnValue as Reply
from typing_extensions import TypedDict

from app import replies, uploads
from app.api import auth, contents, forms, openapi, pages

routes = Blueprint("uploads", __name__, url_prefix="/files")
open_routes = Blueprint("downloads", __name__, url_prefix="/v1/files")


class DownloadQuery(TypedDict):
    """Who lets the file be downloaded, until when (Unix seconds), and the proof."""

    owner: str
    expiry: str
    signature: str


@routes.post("")
@openapi.describe({201: replies.File}, 400, 413, 415, 422, 507, form=forms.UploadForm)
def create() -> Reply:
    """Upload a file, to name it in inputs by its `urls.get`."""
    with uploads.incoming(auth.caller(), forms.least_content()) as incoming:
        new = forms.upload(incoming.write)
        file = incoming.keep(new)
    return replies.file(file), HTTPStatus.CREATED, {"Location": uploads.url(file.id)}


@routes.get("")
@openapi.describe({200: pages.FilePage}, 422, query=pages.PageQuery)
def page() -> Reply:
    """List uploads, newest first."""
    window = pages.window()
    return pages.timed(uploads.page(auth.caller(), window), window, replies.file)


@routes.get("/<file_id>")
@openapi.describe({200: replies.File}, 404)
def get(file_id: str) -> Reply:
    """Get what is known of an upload."""
    return replies.file(uploads.get(auth.caller(), file_id))


@routes.delete("/<file_id>")
@openapi.describe({204: None}, 404)
def delete(file_id: str) -> Reply:
    """Delete an upload."""
    uploads.delete(auth.caller(), file_id)
    return "", HTTPStatus.NO_CONTENT


@open_routes.get("/<file_id>/download")
@openapi.describe({200: None, 206: None}, 403, 404, 416, query=DownloadQuery, is_public=True)
def download(file_id: str) -> Reply:
    """Download an upload with its owner's signature; no token is needed."""
    said = request.args
    file = uploads.signed(
        said.get("owner", ""),
        file_id,
        expiry=said.get("expiry", ""),
        signature=said.get("signature", ""),
    )
    return contents.reply(file)
