"""Routes of predictions and of what is owed to their webhooks."""

from http import HTTPStatus

from flask import Blueprint
from flask.typing import ResponseReturnValue as Reply

from app import deliveries, models, predictions, replies
from app.api import auth, bodies, headers, openapi, pages
from app.predictions import NewPrediction
from app.tables import Prediction, Version

CREATED = {201: replies.Prediction, 202: replies.Prediction}
UNREADABLE = (400, 413, 415, 422)

routes = Blueprint("predictions", __name__)


@routes.post("/predictions")
@openapi.describe(CREATED, *UNREADABLE, json=bodies.PredictionBody, headers=headers.CreateHeaders)
def create() -> Reply:
    """Create a prediction with a version."""
    asked = bodies.prediction(bodies.FOR_VERSION)
    version = models.resolve(asked.version)
    return _create(version, asked.of(version))


@routes.post("/models/<owner>/<name>/predictions")
@openapi.describe(
    CREATED, *UNREADABLE, 404, json=bodies.ModelPredictionBody, headers=headers.CreateHeaders
)
def create_for_model(owner: str, name: str) -> Reply:
    """Create a prediction with the newest version of a model."""
    version = models.latest_version(owner, name)
    asked = bodies.prediction(bodies.FOR_MODEL)
    return _create(version, asked.of(version))


@routes.get("/predictions/<prediction_id>")
@openapi.describe({200: replies.Prediction}, 404)
def get(prediction_id: str) -> Reply:
    """Get a prediction."""
    return replies.prediction(predictions.get(auth.caller(), prediction_id))


@routes.get("/predictions")
@openapi.describe({200: pages.PredictionPage}, 422, query=pages.PredictionQuery)
def page() -> Reply:
    """List predictions, newest first."""
    window = pages.window()
    return pages.timed(predictions.page(auth.caller(), window), window, replies.prediction)


@routes.post("/predictions/<prediction_id>/cancel")
@openapi.describe({200: replies.Prediction}, 404)
def cancel(prediction_id: str) -> Reply:
    """Cancel a prediction; one that has ended stays as it is."""
    return replies.prediction(predictions.cancel(auth.caller(), prediction_id))


@routes.get("/predictions/<prediction_id>/deliveries")
@openapi.describe({200: pages.DeliveryPage}, 404)
def deliveries_of(prediction_id: str) -> Reply:
    """List what is owed to a prediction's webhook, with every attempt."""
    owed = deliveries.page(auth.caller(), prediction_id)
    return pages.whole([replies.delivery_log(row, attempts) for row, attempts in owed])


@routes.post("/predictions/<prediction_id>/deliveries/<delivery_id>/replay")
@openapi.describe({200: replies.Delivery}, 404)
def replay(prediction_id: str, delivery_id: str) -> Reply:
    """Send a delivery once more."""
    return replies.delivery(deliveries.replay(auth.caller(), prediction_id, delivery_id))


def _create(version: Version, new: NewPrediction) -> Reply:
    """Answer at once, or where the client waits, at the prediction's end or the end of the wait."""
    wait = headers.wait()
    if wait is None:
        prediction = predictions.create(auth.caller(), version, new)
        return replies.starting(prediction), HTTPStatus.CREATED, _location(prediction)
    prediction = predictions.run(auth.caller(), version, new, wait.seconds)
    applied = {**_location(prediction), "Preference-Applied": wait.applied}
    if prediction.status.is_terminal:
        return replies.prediction(prediction), HTTPStatus.CREATED, applied
    return replies.starting(prediction), HTTPStatus.ACCEPTED, applied


def _location(prediction: Prediction) -> dict[str, str]:
    return {"Location": replies.urls(prediction)["get"]}
