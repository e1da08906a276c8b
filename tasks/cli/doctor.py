"""`hearth doctor`: is everything in order, and what to do if not."""

import dataclasses
import json

import click

from tasks import checkup

COLORS = {"ok": "green", "warn": "yellow", "fail": "red"}


@click.command(short_help="Check this machine and what Hearth needs.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
@click.pass_context
def command(ctx: click.Context, *, as_json: bool) -> None:
    """Check Redis, the database, the data folder, clocks, ports, ffmpeg and GPUs.

    Each line says ok, warn or fail, and what to do. The exit status is 1 where something fails.
    """
    found = list(checkup.findings())
    if as_json:
        click.echo(json.dumps([dataclasses.asdict(finding) for finding in found], indent=2))
    else:
        for finding in found:
            _show(finding)
    ctx.exit(int(any(finding.level == "fail" for finding in found)))


def _show(finding: checkup.Finding) -> None:
    level = click.style(f"{finding.level:4}", fg=COLORS[finding.level])
    click.echo(f"{level}  {finding.name:14}  {finding.detail}")
    if finding.remedy:
        click.echo(f"{'':6}{'':14}  {finding.remedy}")
