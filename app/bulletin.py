"""Word for Flower of the tasks that were sent, in batches: one by one they double a send's cost."""

import threading
import time

from celery import Celery

PAUSE_SECONDS = 0.1  # shorter than a worker's: what is sent should be known before it ends
MOST_EVENTS = 1000


class Bulletin(threading.Thread):
    """Keeps events and sends them all ten times a second; what is kept dies with the process."""

    def __init__(self, app: Celery) -> None:
        super().__init__(name="bulletin", daemon=True)
        self._dispatcher = app.events.Dispatcher(app.connection_for_write(), buffer_group=["task"])
        self._dispatcher.buffer_limit = MOST_EVENTS

    def tell_sent(self, task: str, task_id: str, queue: str) -> None:
        """Keep that a task was put on a queue, in the fields of Celery's own event."""
        self._dispatcher.send(
            "task-sent", uuid=task_id, root_id=task_id, name=task, queue=queue, routing_key=queue
        )

    def run(self) -> None:
        """Send for ever what is kept."""
        while True:
            time.sleep(PAUSE_SECONDS)
            self._dispatcher.flush()
