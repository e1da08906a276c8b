"""The hub: one thread and one connection that read every stream somebody follows here."""

import secrets
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import redis
import structlog

from app import breaker, live
from app.once import Once
from app.streams import entries
from app.streams.feeds import Feed
from app.tables import Prediction

log = structlog.get_logger()

BLOCK_SECONDS = 2.0
PAUSE_SECONDS = 0.5
WAKE_KEEP_SECONDS = 60


class Hub(threading.Thread):
    """The feeds that are followed in this process, one for each prediction."""

    def __init__(self) -> None:
        super().__init__(name="stream-hub", daemon=True)
        self.is_leaving = False
        self._is_deaf = False
        self._feeds: dict[str, Feed] = {}
        self._lock = threading.Lock()
        self._wake = f"hearth:wake:{secrets.token_hex(8)}"

    @contextmanager
    def following(self, row: Prediction) -> Iterator[Feed]:
        """The feed of a prediction, with what its row says; kept while anybody follows it."""
        stream = entries.name(row.id)
        feed, is_new = self._join(stream, row)
        try:
            if is_new:
                self._look_up()
            yield feed
        finally:
            self._leave(stream, feed)

    def leave(self) -> None:
        """Have every follower stop, since this process goes."""
        self.is_leaving = True
        for feed in list(self._feeds.values()):
            feed.close()

    def run(self) -> None:
        """Listen until we leave; while Redis is away, feeds go by the row."""
        while not self.is_leaving:
            try:
                with live.connect(waiting_seconds=BLOCK_SECONDS) as client:
                    self._listen(client)
            except (redis.RedisError, KeyError, ValueError) as error:  # or an entry is not ours
                log.warning("hub_lost_redis", reason=str(error))
            self._is_deaf = True
            for feed in self._followed().values():
                feed.hear_nothing()
            time.sleep(PAUSE_SECONDS)

    def _listen(self, client: redis.Redis) -> None:
        woken = entries.FIRST
        while not self.is_leaving:
            feeds = self._followed()
            since: dict[Any, Any] = {name: feed.heard for name, feed in feeds.items()}
            answer: Any = client.xread(
                {**since, self._wake: woken}, block=int(BLOCK_SECONDS * 1000)
            )
            for name, said in dict(answer).items():
                last = said[-1][0]
                if name == self._wake:
                    woken = last
                else:
                    feeds[name].heard = last
                    feeds[name].hear([entries.chunk(entry) for _, entry in said])
            if self._is_deaf:
                self._recover(feeds.values())

    def _recover(self, feeds: Iterable[Feed]) -> None:
        self._is_deaf = False
        for feed in feeds:
            feed.hear_again()

    def _followed(self) -> dict[str, Feed]:
        with self._lock:
            return dict(self._feeds)

    def _join(self, stream: str, row: Prediction) -> tuple[Feed, bool]:
        with self._lock:
            feed = self._feeds.get(stream)
            if is_new := feed is None:
                feed = self._feeds[stream] = Feed(row)
            feed.readers += 1
        if not is_new:
            feed.read(row)
        return feed, is_new

    def _leave(self, stream: str, feed: Feed) -> None:
        with self._lock:
            feed.readers -= 1
            if not feed.readers:
                del self._feeds[stream]

    def _look_up(self) -> None:
        """Have the thread that listens see that there is another feed, now rather than soon."""
        if breaker.of_broker.is_open:
            return
        try:
            with live.client().pipeline(transaction=False) as pipe:
                pipe.xadd(self._wake, {"new": ""}, maxlen=1)
                pipe.expire(self._wake, WAKE_KEEP_SECONDS)
                pipe.execute()
        except redis.RedisError as error:
            breaker.of_broker.trip(str(error))


@Once
def hub() -> Hub:
    """This process's hub, listening."""
    made = Hub()
    made.start()
    return made
