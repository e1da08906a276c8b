"""`hearth models`: what this installation serves."""

import json

import click

from app import models


@click.group(short_help="Show the models.")
def command() -> None:
    """Show the models this installation serves."""


@command.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
def list_(*, as_json: bool) -> None:
    """List the models, their hardware, their newest version and how many instances are ready."""
    ready = models.readiness()
    rows = [
        {
            "model": f"{model.owner}/{model.name}",
            "hardware": model.hardware,
            "version": model.latest_version_id,
            **ready.get(f"{model.owner}/{model.name}", {"ready": 0, "wanted": 0}),
        }
        for model in models.page()
    ]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    for row in rows:
        warm = f"{row['ready']} of {row['wanted']} ready"
        click.echo(f"{row['model']:40} {row['hardware']:8} {str(row['version'])[:12]}  {warm}")
