"""The route of the caller's account."""

from flask import Blueprint
from flask.typing import ResponseReturnValue as Reply

from app import replies
from app.api import auth, openapi

routes = Blueprint("account", __name__)


@routes.get("/account")
@openapi.describe({200: replies.Account})
def get() -> Reply:
    """Get the account that the token belongs to."""
    return replies.account(auth.caller())
