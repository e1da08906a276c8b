"""Predictions as their owner sees them: create, get, list, wait for the end, cancel."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from app import clock, dispatch, endings, holds, ids, inputs, live, models, store, webhooks
from app.errors import NotFound, Unavailable
from app.status import Status
from app.store.windows import PAGE, Window
from app.streams import keys
from app.tables import Account, Prediction, Version

LOST_WORD_SECONDS = 15  # word of an end can be lost with Redis; then a look finds it


@dataclass(frozen=True)
class NewPrediction:
    """What a client asks for."""

    input: dict[str, Any]
    webhook: str | None = None
    webhook_events: tuple[str, ...] | None = None
    cancel_after: timedelta | None = None


def create(account: Account, version: Version, new: NewPrediction) -> Prediction:
    """Keep a new prediction and have it queued; once this returns, it will reach an end."""
    return _create(ids.new_prediction_id(), account, version, new)


def run(account: Account, version: Version, new: NewPrediction, seconds: float) -> Prediction:
    """Create a prediction and stay with it: as it ended, or as it is when the time is up.

    Where too many requests are held already there is no time at all.
    """
    prediction_id = ids.new_prediction_id()
    with holds.held() as is_held, live.watch(prediction_id) as ended:
        prediction = _create(prediction_id, account, version, new)
        until = clock.ticks() + (seconds if is_held else 0)
        while not (prediction.status.is_terminal or live.is_leaving()):
            left = until - clock.ticks()
            if left <= 0:
                break
            ended.wait(min(left, LOST_WORD_SECONDS))
            ended.clear()
            prediction = _current(prediction)
    return prediction


def _create(
    prediction_id: str, account: Account, version: Version, new: NewPrediction
) -> Prediction:
    given = inputs.check(version, new.input)
    if new.webhook:
        webhooks.check_target(new.webhook)
    model = models.get(version.owner, version.name)
    values = {
        "id": prediction_id,
        "account_id": account.id,
        "model": f"{model.owner}/{model.name}",
        "version_id": version.id,
        "queue": models.queue(model, version),
        "status": Status.STARTING,
        "input": given,
        "stream_key": keys.new(version.openapi_schema),
        "webhook": new.webhook,
        "webhook_events": list(new.webhook_events) if new.webhook_events else None,
        "deadline": new.cancel_after and store.now() + new.cancel_after,
        "run_limit_seconds": model.run_limit_seconds,
    }
    with store.transaction():
        prediction = store.predictions.add(values)
        dispatch.publish(prediction.queue)
    return prediction


def get(account: Account, prediction_id: str) -> Prediction:
    """An account's prediction."""
    prediction = store.predictions.get(prediction_id, account.id)
    if prediction is None:
        raise NotFound
    return prediction


def page(account: Account, window: Window) -> Sequence[Prediction]:
    """Up to a hundred of an account's predictions, newest first, and one more if there are more."""
    return store.predictions.page(account.id, window, PAGE + 1)


def _current(prediction: Prediction) -> Prediction:
    """The prediction as it is by now, or as it was: it is accepted, whatever the database does."""
    try:
        return store.predictions.get(prediction.id) or prediction
    except Unavailable:
        return prediction


def cancel(account: Account, prediction_id: str) -> Prediction:
    """End a prediction at once; one that has ended already stays as it is."""
    current = get(account, prediction_id)
    return endings.end(current.id, Status.CANCELED) or get(account, prediction_id)
