"""`hearth tokens`: the keys to an account."""

import json

import click

from app import accounts, store
from tasks.cli import whose


@click.group(short_help="Create, list and revoke tokens.")
def command() -> None:
    """Create, list and revoke the tokens that open an account."""


@command.command()
@whose.account_option
@whose.json_option
def create(username: str | None, *, as_json: bool) -> None:
    """Create a token. It is shown once; only its hash is kept."""
    text, token = accounts.new_token(whose.account(username))
    click.echo(json.dumps({"id": token.id, "token": text}) if as_json else text)


@command.command(name="list")
@whose.account_option
@whose.json_option
def list_(username: str | None, *, as_json: bool) -> None:
    """List an account's tokens, without their text."""
    rows = [
        {
            "id": token.id,
            "created_at": token.created_at.isoformat(),
            "revoked_at": token.revoked_at and token.revoked_at.isoformat(),
        }
        for token in store.accounts.tokens(whose.account(username).id)
    ]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    for row in rows:
        state = f"revoked {row['revoked_at']}" if row["revoked_at"] else "valid"
        click.echo(f"{row['id']}  created {row['created_at']}  {state}")


@command.command()
@click.argument("token_id", metavar="ID")
def revoke(token_id: str) -> None:
    """Revoke the token with this ID, as `hearth tokens list` shows it; for good."""
    if not store.accounts.revoke(token_id):
        raise click.ClickException(f"There is no valid token with the ID {token_id}.")
    click.echo(f"Revoked {token_id}.")
