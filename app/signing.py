"""Signatures: of webhooks, as Standard Webhooks 1.0.0 has them, and of downloads."""

import base64
import hashlib
import hmac
import json
import secrets as random
from collections.abc import Sequence
from datetime import UTC, datetime

from standardwebhooks import Webhook

SECRET_BYTES = 32


def new_secret() -> str:
    """A key to sign with; standard base64, as the client splits it at its underscore."""
    return "whsec_" + base64.b64encode(random.token_bytes(SECRET_BYTES)).decode()


def new_files_secret() -> str:
    """A key to sign downloads of files with."""
    return random.token_urlsafe(SECRET_BYTES)


def download(secret: str, owner: str, file_id: str, expiry: str) -> str:
    """The signature of a file's download, as Replicate's API has it."""
    signed = f"{owner} {file_id} {expiry}".encode()
    return base64.b64encode(hmac.digest(secret.encode(), signed, "sha256")).decode()


def delivery_id(account_id: str, prediction_id: str, event: str, sequence: int) -> str:
    """The webhook-id of one event: the same whoever makes it, so that no event has two."""
    named = json.dumps([account_id, prediction_id, event, sequence])
    return "msg_" + hashlib.sha256(named.encode()).hexdigest()[:32]


def webhook_headers(
    secrets: Sequence[str], delivery_id: str, body: bytes, at: datetime
) -> dict[str, str]:
    """What goes beside a body: signed with every secret, while a new one replaces an old."""
    at = at.astimezone(UTC)  # the library drops the time zone without converting
    signatures = [Webhook(secret).sign(delivery_id, at, body.decode()) for secret in secrets]
    return {
        "content-type": "application/json",
        "webhook-id": delivery_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
