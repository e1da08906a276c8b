"""Task events for Flower, told in batches: a message for each would cost more than the task."""

from typing import Any

from celery import bootsteps

PAUSE_SECONDS = 0.5
MOST_EVENTS = 1000


class Bulletin(bootsteps.StartStopStep):
    """Has a worker keep its task events and send them all every half second."""

    requires = ("celery.worker.consumer.events:Events",)

    def start(self, consumer: Any) -> None:
        """Begin with the connection's new dispatcher."""
        dispatcher = consumer.event_dispatcher
        dispatcher.on_send_buffered = None  # would send at once
        dispatcher.buffer_limit = MOST_EVENTS
        self._timer = consumer.timer.call_repeatedly(PAUSE_SECONDS, dispatcher.flush)

    def stop(self, consumer: Any) -> None:
        """Tell the last of them."""
        self._timer.cancel()
        consumer.event_dispatcher.flush()
