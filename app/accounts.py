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
    text = TOKEN_PREFIX + secrets.token_urlsafe(30)
    return text, _keep_token(account, text)


def bootstrap() -> str:
    """Make the first account and its token if they are missing; the token, also kept in a file."""
    chosen = settings.load().account
    file = settings.load().data_dir / FIRST_TOKEN
    with store.transaction():
        account = store.accounts.named(chosen.bootstrap_account) or _open_account(
            chosen.bootstrap_account
        )
        given = chosen.bootstrap_token and chosen.bootstrap_token.get_secret_value()
        token = given or _kept(file) or TOKEN_PREFIX + secrets.token_urlsafe(30)
        if not store.accounts.by_digest(digest(token)):
            _keep_token(account, token)
    if token != _kept(file):
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


def _kept(file: Path) -> str | None:
    return file.read_text().strip() if file.exists() else None


def _write_private(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    file.touch(mode=0o600)
    file.write_text(text + "\n")
