"""`hearth files`: uploads, opened to people without a token."""

import json
from datetime import timedelta

import click

from app import clock, uploads
from tasks.cli import whose


@click.group(short_help="Sign downloads of uploads.")
def command() -> None:
    """Let people without a token download what an account has uploaded."""


@command.command()
@click.argument("file_id", metavar="ID")
@click.option("--minutes", type=click.IntRange(min=1), default=60, show_default=True)
@whose.account_option
def sign(file_id: str, minutes: int, username: str | None) -> None:
    """Print a URL that downloads the upload with this ID, for some time."""
    until = clock.now() + timedelta(minutes=minutes)
    click.echo(uploads.sign(whose.account(username), file_id, until))


@command.command()
@whose.account_option
@whose.json_option
def secret(username: str | None, *, as_json: bool) -> None:
    """Print what an account's downloads are signed with, to make such URLs yourself."""
    account = whose.account(username)
    key = uploads.secret(account)
    click.echo(json.dumps({"owner": account.username, "secret": key}) if as_json else key)
