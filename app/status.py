"""The statuses of a prediction, and which may follow which."""

from enum import StrEnum


class Status(StrEnum):
    """Where a prediction stands, in the words of the API."""

    STARTING = "starting"
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"

    @property
    def is_terminal(self) -> bool:
        """Whether nothing follows."""
        return not NEXT[self]


_ENDS = frozenset({Status.FAILED, Status.CANCELED})

NEXT: dict[Status, frozenset[Status]] = {
    Status.STARTING: _ENDS | {Status.PROCESSING},
    Status.PROCESSING: _ENDS | {Status.PROCESSING, Status.SUCCEEDED},  # again: after a lost worker
    Status.SUCCEEDED: frozenset(),
    Status.FAILED: frozenset(),
    Status.CANCELED: frozenset(),
}


def sources(target: Status) -> frozenset[Status]:
    """The statuses a prediction may leave for `target`."""
    return frozenset(status for status, allowed in NEXT.items() if target in allowed)
