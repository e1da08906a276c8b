"""The route of the key that webhooks are signed with."""

from flask import Blueprint
from flask.typing import ResponseReturnValue as Reply

from app import replies
from app.api import auth, openapi

routes = Blueprint("webhooks", __name__, url_prefix="/webhooks")


@routes.get("/default/secret")
@openapi.describe({200: replies.WebhookSecret})
def secret() -> Reply:
    """Get the key that the account's webhooks are signed with."""
    return replies.webhook_secret(auth.caller())
