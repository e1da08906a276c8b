"""Cancels the running prediction, and never another one.

The control thread notes the id that is to be canceled and interrupts the main thread. Everything
that follows happens in the main thread, which compares that id with the one it is running: a signal
that comes late finds another id, or none, and is ignored.
"""

from __future__ import annotations

import contextlib
import signal
import threading
from typing import TYPE_CHECKING, Any

from ..exceptions import CancelationException

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Cancelation:
    """The id to cancel, the id that runs, and how to stop that one."""

    def __init__(self) -> None:
        self._requested: str | None = None
        self._armed: str | None = None
        self._is_shielded = False
        self._stop: Callable[[], object] = interrupt
        self._main_thread = threading.get_ident()
        signal.signal(signal.SIGUSR1, self._check)

    def request(self, prediction_id: str) -> None:
        """Cancel this prediction if it runs, or once it begins; called by the control thread."""
        self._requested = prediction_id
        if self._armed == prediction_id:
            signal.pthread_kill(self._main_thread, signal.SIGUSR1)

    def is_requested(self, prediction_id: str) -> bool:
        """Whether this prediction was canceled, whatever came of it."""
        return self._requested == prediction_id

    def arm(self, prediction_id: str, stop: Callable[[], object]) -> None:
        """From now on a cancel of this prediction calls `stop` in the main thread, once."""
        self._stop = stop
        self._armed = prediction_id
        self._check()

    def disarm(self) -> None:
        """From now on a cancel interrupts nothing."""
        self._armed = None

    @contextlib.contextmanager
    def shield(self) -> Iterator[None]:
        """Put a cancel off until the end of the block, which must not be torn in two."""
        self._is_shielded = True
        try:
            yield
        finally:
            self._is_shielded = False
        self._check()

    def _check(self, *_: Any) -> None:
        """Stop what runs if it is what shall be canceled; also the signal's handler."""
        if self._is_shielded or self._armed is None or self._armed != self._requested:
            return
        # First: what follows may raise, and the model's clean-up must not be interrupted again.
        self._armed = None
        self._stop()


def interrupt() -> None:
    """Stop synchronous code: raise out of wherever the main thread is."""
    raise CancelationException
