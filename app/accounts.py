"""Accounts: who a token belongs to, and the first one of an installation."""

import hashlib
import secrets
from pathlib import Path

from app import ids, signing, store
from app.errors import Unauthenticated
from app.memory import Memory
from app.tables import Account, Token
from config import settings

TOKEN_PREFIX = "hth_"  # noqa: S105  marks a token for secret scanners, is none
FIRST_TOKEN = "token"  # noqa: S105  the name of the file that keeps the first one
ID_LENGTH = 12
GIVEN_IS_REVOKED = (
    "The token in HEARTH_BOOTSTRAP_TOKEN was revoked, and a revoked token stays closed. "
    "Set the variable to another one, or unset it to have one made."
)

known = Memory[bytes, Account](seconds=2)  # a revoked token opens nothing after 5


def by_token(token: str) -> Account:
    """The account a token opens; looked up by the token's hash, so timing tells nothing of it."""
    key = digest(token)
    account = known.recall(key, lambda: store.accounts.by_digest(key))
    if account is None:
        raise Unauthenticated("You did not pass a valid authentication token")
    return account


def new_token(account: Account) -> tuple[str, Token]:
    """Give an account a further token; its text exists here and never again."""
    text = _new_text()
    return text, _keep_token(account, text)


def bootstrap() -> str:
    """Make the first account and its token if they are missing; the token, also kept in a file."""
    username = settings.load().account.bootstrap_account
    file = settings.load().data_dir / FIRST_TOKEN
    with store.transaction():
        account = store.accounts.named(username) or _open_account(username)
        token = _given() or _kept(file) or _new_text()
        if not store.accounts.token(digest(token)):
            _keep_token(account, token)
    if token != _text(file):
        _write_private(file, token)
    return token


def digest(token: str) -> bytes:
    """What is kept of a token. No slow hash is needed: a token has 240 random bits."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def _open_account(username: str) -> Account:
    account = Account(
        id=ids.random_text(ID_LENGTH), username=username, webhook_secret=signing.new_secret()
    )
    store.accounts.add(account)
    return account


def _keep_token(account: Account, text: str) -> Token:
    token = Token(id=ids.random_text(ID_LENGTH), account_id=account.id, digest=digest(text))
    store.accounts.add(token)
    return token


def _given() -> str | None:
    """The first token that the settings ask for; None where they leave it to us."""
    secret = settings.load().account.bootstrap_token
    text = secret.get_secret_value() if secret else ""
    if _is_revoked(text):
        raise Unauthenticated(GIVEN_IS_REVOKED)
    return text or None


def _kept(file: Path) -> str | None:
    """The first token of an earlier start; None where there is none, or it was revoked."""
    text = _text(file)
    return None if _is_revoked(text) else text


def _is_revoked(text: str) -> bool:
    token = store.accounts.token(digest(text))
    return token is not None and token.revoked_at is not None


def _new_text() -> str:
    return TOKEN_PREFIX + secrets.token_urlsafe(30)


def _text(file: Path) -> str:
    return file.read_text().strip() if file.exists() else ""


def _write_private(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    file.touch(mode=0o600)
    file.write_text(text + "\n")
