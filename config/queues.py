"""Queue names and task names, made in one place for both ends."""

WEBHOOKS = "webhooks"
SWEEP = "sweep"

PREDICT_TASK = "predict"
DELIVER_TASK = "deliver"
SWEEP_TASK = "sweep"
CANCEL_COMMAND = "cancel_prediction"


def for_version(hardware: str, owner: str, name: str, version_id: str) -> str:
    """The queue that the workers of one version on one kind of hardware drain."""
    return f"{hardware}.{owner}.{name}.{version_id[:12]}"
