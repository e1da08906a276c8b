"""Whose things a command is about: the account it names, or the first one."""

import click

from app import store
from app.tables import Account
from config import settings

account_option = click.option(
    "--account", "username", metavar="NAME", help="Which account; by default the first."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Write JSON.")


def account(username: str | None) -> Account:
    """The account with this name, or the first one."""
    wanted = username or settings.load().account.bootstrap_account
    found = store.accounts.named(wanted)
    if found is None:
        raise click.ClickException(
            f"There is no account {wanted}; `hearth migrate` makes the first."
        )
    return found
