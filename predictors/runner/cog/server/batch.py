"""Runs several predictions by one call of `predict_batch`."""

from __future__ import annotations

import functools
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from . import failure, logs
from .cancelation import interrupt
from .prediction import Prediction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .cancelation import Cancelation
    from .channel import Channel
    from .serial import Serial

Request = dict[str, Any]


class Batches:
    """A loaded predictor at work on batches; without `predict_batch` their parts run alone."""

    def __init__(
        self, predictor: Any, serial: Serial, worker: Channel, cancelation: Cancelation
    ) -> None:
        self._function: Callable[..., list[Any]] | None = getattr(predictor, "predict_batch", None)
        self._serial = serial
        self._worker = worker
        self._cancelation = cancelation

    def run(self, requests: list[Request]) -> None:
        """Run predictions to their ends: a bad one fails alone, a canceled one leaves at once."""
        is_batch = self._function is not None and len(requests) > 1
        for request in self._run_together(requests) if is_batch else requests:
            self._serial.run(request, is_alone=len(requests) == 1)

    def _run_together(self, requests: list[Request]) -> list[Request]:
        """Run them by one call; where that fails, those that are still to be run."""
        batch = _Batch(
            [
                Prediction(request, self._worker, self._cancelation, is_alone=False)
                for request in requests
            ],
            self._cancelation,
        )
        try:
            with batch.armed():
                results = self._call(batch.left())
        except BaseException as raised:  # noqa: BLE001  the model's code may raise anything
            # For the operator: what one prediction broke on is not for the others' logs.
            failure.report(raised, logs.Piped())
            left = {prediction.id for prediction in batch.left()}
            return [request for request in requests if request["id"] in left]
        for prediction in batch.left():
            with prediction.ending():
                prediction.tell(results[prediction.id])
        return []

    def _call(self, predictions: list[Prediction]) -> dict[str, Any]:
        arguments = [prediction.arguments(self._serial.inputs) for prediction in predictions]
        scopes = [prediction.scope for prediction in predictions]
        with logs.heard_by(*(prediction.log for prediction in predictions)):
            results = self._function(arguments, scopes)  # type: ignore[misc]
        if len(results) != len(predictions):
            raise TypeError(f"predict_batch gave {len(results)} results for {len(predictions)}.")
        ids = (prediction.id for prediction in predictions)
        return dict(zip(ids, results, strict=True))


class _Batch:
    """Predictions that run as one, each of which may be canceled."""

    def __init__(self, predictions: list[Prediction], cancelation: Cancelation) -> None:
        self._predictions = predictions
        self._canceled: set[str] = set()
        self._cancelation = cancelation

    def left(self) -> list[Prediction]:
        """Those that were not canceled."""
        return [each for each in self._predictions if each.id not in self._canceled]

    @contextmanager
    def armed(self) -> Iterator[None]:
        """Let a cancel end its own prediction at once, and the last one all of the batch."""
        try:
            for prediction in self._predictions:
                self._cancelation.arm(prediction.id, functools.partial(self._cancel, prediction))
            yield
        finally:
            for prediction in self._predictions:
                self._cancelation.disarm(prediction.id)

    def _cancel(self, prediction: Prediction) -> None:
        self._canceled.add(prediction.id)
        prediction.end("canceled")
        if not self.left():
            interrupt()
