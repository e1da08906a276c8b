"""What the worker is told of one prediction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..metrics import Metrics
    from .cancelation import Cancelation
    from .channel import Channel


class Reply:
    """One prediction's outputs and metrics on their way out; a cancel never tears a message."""

    def __init__(
        self, prediction_id: str, metrics: Metrics, worker: Channel, cancelation: Cancelation
    ) -> None:
        self._id = prediction_id
        self._metrics = metrics
        self._worker = worker
        self._cancelation = cancelation
        self._outbox = worker.outbox(prediction_id)
        self._has_pieces = False

    def whole(self, value: Any) -> None:
        """Tell all of the output at once."""
        self._output(value, is_piece=False)

    def piece(self, value: Any) -> None:
        """Tell one element of the output."""
        self._has_pieces = True
        self._output(value, is_piece=True)

    def end_pieces(self) -> None:
        """Where there was no piece, tell that the output is empty."""
        if not self._has_pieces:
            self.whole([])

    def log(self, text: str) -> None:
        """Tell what was printed."""
        self._send("log", text=text)

    def metrics(self) -> None:
        """Tell the metrics that changed."""
        for name, value in self._metrics.changes().items():
            self._send("metric", name=name, value=value)

    def end(self, status: str, error: str | None = None) -> None:
        """Tell how the prediction ended."""
        self._send("end", status=status, error=error)

    def _output(self, value: Any, *, is_piece: bool) -> None:
        self.metrics()
        encoded, files = self._outbox.encode(value)
        self._send("output", value=encoded, files=files, is_piece=is_piece)

    def _send(self, kind: str, **facts: Any) -> None:
        with self._cancelation.shield():
            self._worker.send(kind, id=self._id, **facts)
