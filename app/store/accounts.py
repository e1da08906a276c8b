"""Accounts and tokens as rows."""

from collections.abc import Sequence

from sqlalchemy import select, update

from app.columns import database_now
from app.store.connection import reading, transaction
from app.tables import Account, Token


def add(row: Account | Token) -> None:
    """Keep a new account or token."""
    with transaction() as work:
        work.session.add(row)
        work.session.flush()


def get(account_id: str) -> Account | None:
    """The account with this id; None where there is none."""
    with reading() as work:
        return work.session.get(Account, account_id)


def named(username: str) -> Account | None:
    """The account with this name; None where there is none."""
    with reading() as work:
        query = select(Account).where(Account.username == username)
        return work.session.execute(query).scalar_one_or_none()


def by_digest(digest: bytes) -> Account | None:
    """The account that a token which is not revoked opens; None where there is none."""
    query = select(Account).join(Token, Token.account_id == Account.id)
    with reading() as work:
        found = query.where(Token.digest == digest, Token.revoked_at.is_(None))
        return work.session.execute(found).scalar_one_or_none()


def token(digest: bytes) -> Token | None:
    """The token with this digest, be it revoked; None where there is none."""
    query = select(Token).where(Token.digest == digest)
    with reading() as work:
        return work.session.execute(query).scalar_one_or_none()


def tokens(account_id: str) -> Sequence[Token]:
    """An account's tokens, oldest first."""
    query = select(Token).where(Token.account_id == account_id).order_by(Token.created_at)
    with reading() as work:
        return work.session.execute(query).scalars().all()


def revoke(token_id: str) -> bool:
    """Close a token for good; whether there was one to close."""
    closing = update(Token).where(Token.id == token_id, Token.revoked_at.is_(None))
    with transaction() as work:
        done = work.session.execute(closing.values(revoked_at=database_now()).returning(Token.id))
        return done.scalar_one_or_none() is not None


def files_secret(account_id: str, new: str) -> str:
    """What an account's downloads are signed with: the new one only where there is none yet."""
    of_account = Account.id == account_id
    making = update(Account).where(of_account, Account.files_secret.is_(None))
    with transaction() as work:
        work.connection.execute(making.values(files_secret=new))
        return (
            work.connection.execute(select(Account.files_secret).where(of_account)).scalar_one()
            or ""
        )
