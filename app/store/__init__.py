"""Every read and write of the database: one engine, one kind of transaction, guarded changes."""

from app.store import accounts, blobs, deliveries, files, models, predictions, retention, workers
from app.store.connection import after_commit, check, close, now, reading, transaction
from app.store.patience import insist

__all__ = [
    "accounts",
    "after_commit",
    "blobs",
    "check",
    "close",
    "deliveries",
    "files",
    "insist",
    "models",
    "now",
    "predictions",
    "reading",
    "retention",
    "transaction",
    "workers",
]
