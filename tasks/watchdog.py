"""The watchdog of a Celery worker: leaves the process when its main loop has stopped turning."""

import os
import threading
from typing import Any

import structlog
from celery import bootsteps

from app import clock, live
from app.errors import Unavailable

log = structlog.get_logger()

TICK_SECONDS = 5
STUCK_SECONDS = 60
EXIT_STATUS = 70


class Watchdog(bootsteps.StartStopStep):
    """Ends a worker whose loop hangs though the broker answers; the supervisor starts it anew.

    The loop also stands still while the broker is away, which is no reason to lose a loaded model.
    """

    requires = ("celery.worker.components:Timer",)

    def __init__(self, worker: Any, **options: Any) -> None:
        super().__init__(worker, **options)
        self._last_tick = clock.ticks()
        self._stopped = threading.Event()

    def start(self, worker: Any) -> None:
        """Begin to watch."""
        worker.timer.call_repeatedly(TICK_SECONDS, self._tick)
        threading.Thread(target=self._watch, name="watchdog", daemon=True).start()

    def stop(self, worker: Any) -> None:
        """Watch no more: a stopping worker's loop does not turn."""
        del worker
        self._stopped.set()

    def _tick(self) -> None:
        self._last_tick = clock.ticks()

    def _watch(self) -> None:
        while not self._stopped.wait(TICK_SECONDS):
            try:
                live.check()
            except Unavailable:
                self._tick()
            if clock.ticks() - self._last_tick > STUCK_SECONDS:
                log.error("worker_loop_stuck", seconds=STUCK_SECONDS)
                os._exit(EXIT_STATUS)
