"""The token before every route: who is calling."""

from flask import g, request

from app import accounts
from app.errors import Unauthenticated
from app.tables import Account

SCHEMES = ("bearer", "token")


def authenticate() -> None:
    """Find the caller by the request's token."""
    g.account = accounts.by_token(_token(request.headers.get("Authorization", "")))


def caller() -> Account:
    """The account the request is made for."""
    account: Account = g.account
    return account


def _token(header: str) -> str:
    """Everything after the first space: a token may hold spaces itself."""
    scheme, _, token = header.partition(" ")
    if scheme.lower() not in SCHEMES or not token:
        raise Unauthenticated("You did not pass an authentication token")
    return token
