"""Rows for tests: plain functions, valid by default."""

from typing import Any

from app import clock, ids, signing, store, uploads
from app.status import Status
from app.tables import Account, Attempt, Delivery, File, Model, Prediction, Version

ECHO = "e" * 64
SCHEMA = {
    "openapi": "3.0.2",
    "info": {"title": "Cog", "version": "1"},
    "paths": {},
    "components": {
        "schemas": {
            "Input": {
                "type": "object",
                "title": "Input",
                "required": ["text"],
                "properties": {
                    "text": {"type": "string", "title": "Text", "x-order": 0},
                    "times": {
                        "type": "integer",
                        "title": "Times",
                        "default": 1,
                        "minimum": 1,
                        "maximum": 9,
                        "x-order": 1,
                    },
                },
            },
            "Output": {"type": "string", "title": "Output"},
        }
    },
}


def account(**changes: Any) -> Account:
    """A kept account."""
    name = ids.random_text(8)
    given = {"id": name, "username": name, "webhook_secret": signing.new_secret(), **changes}
    row = Account(**given)
    store.accounts.add(row)
    return row


def version(**changes: Any) -> Version:
    """A kept version of a kept model, lab/echo, the newest of its name."""
    given = {
        "id": ECHO,
        "owner": "lab",
        "name": "echo",
        "cog_version": "0.16.12",
        "openapi_schema": SCHEMA,
        **changes,
    }
    row = Version(**given)
    model = Model(
        owner=row.owner,
        name=row.name,
        hardware="cpu",
        run_limit_seconds=1800,
        min_instances=1,
        latest_version_id=row.id,
    )
    store.models.keep(model, row)
    return row


def prediction(owner: Account, **changes: Any) -> Prediction:
    """A kept prediction that waits for a worker."""
    given = {
        "id": ids.new_prediction_id(),
        "account_id": owner.id,
        "model": "lab/echo",
        "version_id": ECHO,
        "queue": "cpu.lab.echo.eeeeeeeeeeee",
        "status": Status.STARTING,
        "input": {"text": "Nadia"},
        "run_limit_seconds": 1800,
        **changes,
    }
    return store.predictions.add(given)


def attempt(claimed: Delivery, **changes: Any) -> Attempt:
    """An attempt at a claimed delivery that was accepted; not kept yet."""
    given = {
        "delivery_id": claimed.id,
        "number": claimed.lease_number,
        "trigger": "schedule",
        "started_at": clock.now(),
        "seconds": 0.1,
        "response_status": 200,
        **changes,
    }
    return Attempt(**given)


def upload(owner: Account, content: bytes = b"content", **changes: Any) -> File:
    """A kept upload."""
    new = {"name": "a.txt", "content_type": "text/plain", **changes}
    with uploads.incoming(owner) as incoming:
        incoming.write(content)
        return incoming.keep(uploads.NewUpload(**new))
