"""Cancels predictions that run, and never another one.

The control thread notes the id that is to be canceled and interrupts the main thread. Everything
that follows happens in the main thread, which compares the noted ids with those it runs: a signal
that comes late finds none of them, and is ignored.
"""

from __future__ import annotations

import contextlib
import signal
import threading
from typing import TYPE_CHECKING, Any

from ..exceptions import CancelationException

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

REMEMBERED = 1024


class Cancelation:
    """The ids to cancel, those that run, and how to stop each."""

    def __init__(self) -> None:
        self._requested: dict[str, None] = {}
        self._stops: dict[str, Callable[[], object]] = {}
        self._is_shielded = False
        self._main_thread = threading.get_ident()
        signal.signal(signal.SIGUSR1, self._check)

    def request(self, prediction_id: str) -> None:
        """Cancel this prediction if it runs, or once it begins; called by the control thread."""
        self._requested[prediction_id] = None
        if len(self._requested) > REMEMBERED:
            del self._requested[next(iter(self._requested))]
        if prediction_id in self._stops:
            signal.pthread_kill(self._main_thread, signal.SIGUSR1)

    def is_requested(self, prediction_id: str) -> bool:
        """Whether this prediction was canceled, whatever came of it."""
        return prediction_id in self._requested

    def arm(self, prediction_id: str, stop: Callable[[], object]) -> None:
        """From now on a cancel of this prediction calls `stop` in the main thread, once."""
        self._stops[prediction_id] = stop
        self._check()

    def disarm(self, prediction_id: str) -> None:
        """From now on a cancel of this prediction stops nothing."""
        self._stops.pop(prediction_id, None)

    @contextlib.contextmanager
    def shield(self) -> Iterator[None]:
        """Put cancels off until the end of the block, which must not be torn in two."""
        self._is_shielded = True
        try:
            yield
        finally:
            self._is_shielded = False
        self._check()

    def _check(self, *_: Any) -> None:
        """Stop what runs and shall be canceled; also the signal's handler."""
        if self._is_shielded:
            return
        for prediction_id in list(self._stops):
            if prediction_id not in self._requested:
                continue
            # First: what follows may raise, and the model's clean-up must not be interrupted again.
            if stop := self._stops.pop(prediction_id, None):
                stop()


def interrupt() -> None:
    """Stop synchronous code: raise out of wherever the main thread is."""
    raise CancelationException
