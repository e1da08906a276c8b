"""Word of a prediction's end, from the worker to every request that waits for it, over Redis."""

import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

import redis
import structlog
from redis.backoff import NoBackoff
from redis.retry import Retry

from app import breaker
from app.errors import Unavailable
from app.once import Once
from config import settings

log = structlog.get_logger()

ENDED = "hearth:ended"
GENERATION = "hearth:generation"
PAUSE_SECONDS = 0.5
LOOK_SECONDS = 1
TIMEOUTS = {"socket_timeout": 2, "socket_connect_timeout": 2, "health_check_interval": 15}


def connect(waiting_seconds: float = 0) -> redis.Redis:
    """A client of Redis that gives up early; who waits for word there says for how long."""
    once = Retry(NoBackoff(), retries=0)  # redis-py's own retries would hold a request for 8 s
    patience = {**TIMEOUTS, "socket_timeout": TIMEOUTS["socket_timeout"] + waiting_seconds}
    return redis.Redis.from_url(
        settings.load().redis_url, decode_responses=True, retry=once, **patience
    )


client = Once(connect)


def announce_end(prediction_id: str) -> None:
    """Say that a prediction has ended; who does not hear it looks when its wait runs out."""
    if breaker.of_broker.is_open:
        return
    try:
        client().publish(ENDED, prediction_id)
    except redis.RedisError as error:
        breaker.of_broker.trip(str(error))


@contextmanager
def watch(prediction_id: str) -> Iterator[threading.Event]:
    """An event that is set when the prediction may have ended; look at the row then."""
    ended = threading.Event()
    _listener().watch(prediction_id, ended)
    try:
        yield ended
    finally:
        _listener().unwatch(prediction_id, ended)


def let_go() -> None:
    """Have nobody wait any more, since this process is leaving."""
    _listener().leave()


def is_leaving() -> bool:
    """Whether waits end now, whatever they wait for."""
    return _listener().is_leaving


def check() -> None:
    """Ask Redis for a sign of life; raise Unavailable when there is none."""
    try:
        client().ping()
    except redis.RedisError as error:
        raise Unavailable("The broker does not answer; try again shortly.") from error


def broker_is_new() -> bool:
    """Whether Redis has lost what it held since it was last remembered."""
    try:
        return not client().exists(GENERATION)
    except redis.RedisError:
        return False


def remember_broker() -> None:
    """Leave a mark in Redis that is lost with everything else."""
    try:
        client().set(GENERATION, 1)
    except redis.RedisError as error:
        log.warning("broker_not_remembered", reason=str(error))


class _Listener(threading.Thread):
    """One subscription for a whole process, fanned out to those who wait."""

    def __init__(self) -> None:
        super().__init__(name="ended-listener", daemon=True)
        self._waiting: defaultdict[str, set[threading.Event]] = defaultdict(set)
        self._lock = threading.Lock()
        self._subscribed = threading.Event()
        self.is_leaving = False

    def leave(self) -> None:
        """Wake everybody, once and for all."""
        self.is_leaving = True
        self._wake(None)

    def watch(self, prediction_id: str, ended: threading.Event) -> None:
        """Set the event when this prediction ends; returns once nothing can be missed."""
        with self._lock:
            self._waiting[prediction_id].add(ended)
        self._subscribed.wait(TIMEOUTS["socket_timeout"])

    def unwatch(self, prediction_id: str, ended: threading.Event) -> None:
        """Forget an event."""
        with self._lock:
            self._waiting[prediction_id].discard(ended)
            if not self._waiting[prediction_id]:
                del self._waiting[prediction_id]

    def run(self) -> None:
        """Listen until we leave; after a break everyone looks once, for ends that were missed."""
        while not self.is_leaving:
            try:
                self._listen()
            except redis.RedisError as error:
                log.warning("listener_lost_redis", reason=str(error))
            self._subscribed.clear()
            time.sleep(PAUSE_SECONDS)

    def _listen(self) -> None:
        ours = client()  # held, since a client that is let go closes what it has lent
        with ours.pubsub() as subscription:  # type: ignore[no-untyped-call]  # redis-py
            subscription.subscribe(ENDED)
            while not self.is_leaving:
                message = subscription.get_message(timeout=LOOK_SECONDS)
                if message and message["type"] == "subscribe":
                    self._subscribed.set()
                    self._wake(None)
                elif message:
                    self._wake(message["data"])

    def _wake(self, prediction_id: str | None) -> None:
        """Wake those who wait for a prediction; all of them for None."""
        with self._lock:
            waiting = self._waiting
            woken = waiting.values() if prediction_id is None else [waiting.get(prediction_id, ())]
            events = [event for events in woken for event in events]
        for event in events:
            event.set()


@Once
def _listener() -> _Listener:
    listener = _Listener()
    listener.start()
    return listener
