"""Who a token belongs to, on both databases."""

import stat

import pytest

from app import accounts, store
from app.errors import Unauthenticated
from config import settings


def test_the_first_start_makes_an_account_and_keeps_its_token(database):
    token = accounts.bootstrap()

    kept = settings.load().data_dir / "token"
    assert accounts.by_token(token).username == "local"
    assert kept.read_text().strip() == token
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_a_second_start_changes_nothing(database):
    first = accounts.bootstrap()

    assert accounts.bootstrap() == first
    assert len(store.accounts.tokens(accounts.by_token(first).id)) == 1


def test_a_given_token_opens_the_account(database, configure):
    configure(bootstrap_token="r8_given", bootstrap_account="lab")

    assert accounts.bootstrap() == "r8_given"
    assert accounts.by_token("r8_given").username == "lab"


def test_only_a_token_s_hash_is_kept(database):
    text, token = accounts.new_token(accounts.by_token(accounts.bootstrap()))

    assert token.digest == accounts.digest(text)
    assert text.encode() not in token.digest


@pytest.mark.parametrize("token", ["", "hth_wrong", "\ud800", "x" * 10_000])
def test_a_wrong_token_opens_nothing(database, token):
    with pytest.raises(Unauthenticated, match="valid"):
        accounts.by_token(token)


def test_a_revoked_token_opens_nothing(database):
    account = accounts.by_token(accounts.bootstrap())
    text, token = accounts.new_token(account)

    assert store.accounts.revoke(token.id)
    assert not store.accounts.revoke(token.id)
    with pytest.raises(Unauthenticated):
        accounts.by_token(text)


def test_a_revoked_first_token_gives_way_to_a_fresh_one(database):
    revoked = accounts.bootstrap()
    account = revoke_all(revoked)

    fresh = accounts.bootstrap()

    assert fresh != revoked
    assert accounts.by_token(fresh).id == account.id
    assert accounts.bootstrap() == fresh


def test_a_given_token_that_was_revoked_is_refused(database, configure):
    configure(bootstrap_token="r8_given")
    revoke_all(accounts.bootstrap())

    with pytest.raises(Unauthenticated, match="HEARTH_BOOTSTRAP_TOKEN was revoked"):
        accounts.bootstrap()


def revoke_all(token):
    account = accounts.by_token(token)
    for row in store.accounts.tokens(account.id):
        store.accounts.revoke(row.id)
    accounts.known.forget()
    return account
