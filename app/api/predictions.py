"""Routes of predictions and of what is owed to their webhooks."""

from http import HTTPStatus

from flask import Blueprint
from flask.typing import ResponseReturnValue as Reply

from app import deliveries, models, predictions, replies
from app.api import auth, bodies, headers, openapi, pages
from app.tables import Prediction

CREATED = {201: replies.Prediction, 202: replies.Prediction}
UNREADABLE = (400, 413, 415, 422)

routes = Blueprint("predictions", __name__)


@routes.post("/predictions")
@openapi.describe(CREATED, *UNREADABLE, json=bodies.PredictionBody, headers=headers.CreateHeaders)
def create() -> Reply:
    """Create a prediction with a version."""
    asked = bodies.prediction(bodies.FOR_VERSION)
    version = models.resolve(asked.version)
    prediction = predictions.create(auth.caller(), version, asked.of(version))
    return _created(prediction)


@routes.post("/models/<owner>/<name>/predictions")
@openapi.describe(
    CREATED, *UNREADABLE, 404, json=bodies.ModelPredictionBody, headers=headers.CreateHeaders
)
def create_for_model(owner: str, name: str) -> Reply:
    """Create a prediction with the newest version of a model."""
    version = models.latest_version(owner, name)
    asked = bodies.prediction(bodies.FOR_MODEL)
    prediction = predictions.create(auth.caller(), version, asked.of(version))
    return _created(prediction)


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
    return pages.predictions(predictions.page(auth.caller(), window), window)


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


def _created(prediction: Prediction) -> Reply:
    """Answer a create: at once, or held until the prediction's end or the end of the wait."""
    location = {"Location": replies.urls(prediction.id)["get"]}
    wait = headers.wait()
    if wait is None:
        return replies.starting(prediction), HTTPStatus.CREATED, location
    current = predictions.wait(prediction, wait.seconds)
    applied = {**location, "Preference-Applied": wait.applied}
    if current.status.is_terminal:
        return replies.prediction(current), HTTPStatus.CREATED, applied
    return replies.starting(current), HTTPStatus.ACCEPTED, applied
