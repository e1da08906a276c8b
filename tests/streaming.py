"""A plain reader of server-sent events, as strict as the standard."""

import http.client
from collections.abc import Iterator
from typing import NamedTuple, Self
from urllib.parse import urlsplit


class Event(NamedTuple):
    """One event as it came."""

    name: str
    id: str
    data: str


class Reader:
    """One connection to a stream, for as long as its block lasts."""

    def __init__(self, url: str, last_id: str = "", timeout: float = 30) -> None:
        self.url = urlsplit(url)
        self.headers = {"Accept": "text/event-stream"}
        if last_id:
            self.headers["Last-Event-ID"] = last_id
        self._connection = http.client.HTTPConnection(self.url.netloc, timeout=timeout)

    def __enter__(self) -> Self:
        self._connection.request("GET", self.url.path, headers=self.headers)
        self.response = self._connection.getresponse()
        return self

    def __exit__(self, *_: object) -> None:
        self.response.close()
        self._connection.close()

    def __iter__(self) -> Iterator[Event]:
        """Events until the stream ends; raises what http.client does where it breaks."""
        fields: dict[str, list[str]] = {}
        while line := self.response.readline().decode():
            name, _, value = line.removesuffix("\n").partition(": ")
            if name:
                fields.setdefault(name, []).append(value)
            elif fields:
                yield Event(fields["event"][0], fields["id"][0], "\n".join(fields["data"]))
                fields = {}


def read(url: str, last_id: str = "") -> list[Event]:
    """All events from there to the end."""
    with Reader(url, last_id) as reader:
        return list(reader)


def outputs(events: list[Event]) -> list[str]:
    """What was put out."""
    return [event.data for event in events if event.name == "output"]
