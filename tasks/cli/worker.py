"""`hearth worker`: one instance of one model."""

import click

from tasks import worker


@click.command(short_help="Load a model and run its predictions.")
@click.argument("model", metavar="OWNER/NAME")
def command(model: str) -> None:
    """Load the model OWNER/NAME of the catalogue, then run its predictions until stopped.

    Start one for each instance the model shall have, on any machine that reaches Redis and the
    database.
    """
    worker.main(model)
