"""`hearth models`: what this installation serves, and the weights for it."""

import json
import shutil
from pathlib import Path
from typing import Any

import click

from app import models
from config import settings
from predictors import catalog, sources, weights
from predictors.catalog import Entry
from predictors.sources import Kind
from tasks.cli import hub, webfile

GB, MB = 10**9, 10**6
RESERVE = GB  # what is left free on the disk
LINE = "{model:40} {hardware:12} {version}  {ready} of {wanted} ready  {shown}"


@click.group(short_help="Show the models, and fetch their weights.")
def command() -> None:
    """Show the models this installation serves, and fetch their weights."""


@command.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
def list_(*, as_json: bool) -> None:
    """List the models, their hardware, their newest version, how many instances are ready.

    And whether their weights are on this machine, and how large they are.
    """
    entries = {entry.ref: entry for entry in catalog.read(settings.load().model.models)}
    ready = models.readiness()
    rows = [
        {
            "model": f"{model.owner}/{model.name}",
            "hardware": model.hardware,
            "version": model.latest_version_id,
            **ready.get(f"{model.owner}/{model.name}", {"ready": 0, "wanted": 0}),
            **_weights(entries.get(f"{model.owner}/{model.name}")),
        }
        for model in models.page()
    ]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    for row in rows:
        version = str(row["version"])[:12]
        click.echo(LINE.format(**{**row, "version": version}, shown=_shown(row)))


@command.command()
@click.argument("model", metavar="OWNER/NAME")
def fetch(model: str) -> None:
    """Fetch the weights of OWNER/NAME that the catalogue names, from the hub or a URL.

    They are kept in the data folder. What was interrupted goes on where it ended. Gated weights
    need a token in HF_TOKEN.
    """
    entry = catalog.find(catalog.read(settings.load().model.models), model)
    place = weights.folder(entry)
    if place is None or not weights.must_be_fetched(entry):
        click.echo(f"{model} has nothing to fetch: its weights are {place or 'its own'}.")
    elif weights.is_fetched(entry):
        click.echo(f"{entry.weights} is here already, in {place}.")
    else:
        _fetch(entry, place)
        click.echo(f"{entry.weights} is here now, {_told(weights.size(place))} in {place}.")


def _fetch(entry: Entry, place: Path) -> None:
    is_url = sources.kind(str(entry.weights)) is Kind.URL
    source = (webfile.WebFile if is_url else hub.Repository)(entry, place)
    data_dir = settings.load().data_dir
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    free = shutil.disk_usage(data_dir).free
    if source.bytes_left + RESERVE > free:
        raise click.ClickException(
            f"{entry.weights} needs {_told(source.bytes_left)} more and {data_dir} has "
            f"{_told(free)} free. Make room, or set HEARTH_DATA_DIR elsewhere."
        )
    click.echo(f"Fetching {_told(source.bytes_left)} of {entry.weights}.", err=True)
    place.mkdir(parents=True, exist_ok=True)
    source.bring()
    weights.mark(place)


def _weights(entry: Entry | None) -> dict[str, Any]:
    """What is to be told of a model's weights; of one that is not in the catalogue nothing."""
    place = weights.folder(entry) if entry else None
    return {
        "weights": entry and entry.weights,
        "weights_state": weights.state(entry) if entry else "none",
        "weights_bytes": weights.size(place) if place else 0,
    }


def _shown(row: dict[str, Any]) -> str:
    match row["weights_state"]:
        case "none":
            return ""
        case "ready":
            return f"weights ready, {_told(row['weights_bytes'])}"
        case state:
            return f"weights {state}"


def _told(size: int) -> str:
    return f"{size / GB:.1f} GB" if size >= GB else f"{size / MB:.1f} MB"
