"""The watchdog of a Celery worker: leaves the process when its main loop has stopped turning."""

import os
import threading
from typing import Any

import structlog
from celery import bootsteps

from app import live
from app.errors import Unavailable

log = structlog.get_logger()

TICK_SECONDS = 5
STUCK_LOOKS = 12  # a minute; a process that was frozen has not looked
EXIT_STATUS = 70


class Watchdog(bootsteps.StartStopStep):
    """Ends a worker whose loop hangs though the broker answers; the supervisor starts it anew.

    The loop also stands still while the broker is away, which is no reason to lose a loaded model.
    """

    requires = ("celery.worker.components:Timer",)

    def __init__(self, worker: Any, **options: Any) -> None:
        super().__init__(worker, **options)
        self._looks = 0
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
        self._looks = 0

    def _watch(self) -> None:
        while not self._stopped.wait(TICK_SECONDS):
            self._looks += 1
            try:
                live.check()
            except Unavailable:
                self._tick()
            if self._looks > STUCK_LOOKS:
                log.error("worker_loop_stuck", seconds=STUCK_LOOKS * TICK_SECONDS)
                os._exit(EXIT_STATUS)
