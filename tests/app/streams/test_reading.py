"""What readers are sent: from the row after the end, from the feed before it."""

from types import SimpleNamespace

import pytest

from app.status import Status
from app.streams import reading, sse
from app.streams.entries import Chunk
from app.streams.feeds import Feed
from app.streams.keys import Kind
from app.streams.sse import START, Position
from app.tables import Prediction


@pytest.fixture(autouse=True)
def hub(configure, monkeypatch):
    configure(stream_beat_seconds=0.01)
    hub = SimpleNamespace(is_leaving=False)
    monkeypatch.setattr(reading, "hub", lambda: hub)
    return hub


def row(status=Status.PROCESSING, lease=1, **changes):
    given = {"id": "k3v9", "status": status, "lease_number": lease, "output": None, **changes}
    return Prediction(**given)


def events(said):
    """Name, id and data of each event; heartbeats are left out."""
    text = b"".join(said).decode().replace(sse.HEARTBEAT.decode(), "")
    blocks = [block.split("\n") for block in text.split("\n\n") if block]
    return [tuple(line.partition(": ")[2] for line in block) for block in blocks]


def replayed(prediction, last_id="", kind=Kind.ITEMS):
    return events(reading.events(prediction, kind, last_id))


def followed(feed, since=START, kind=Kind.ITEMS):
    return events(reading._follow(feed, since, kind))


ENDS = {
    "succeeded": (row(Status.SUCCEEDED), [("done", "1:0", "{}")]),
    "canceled": (row(Status.CANCELED), [("done", "1:0", '{"reason":"canceled"}')]),
    "failed": (
        row(Status.FAILED, error="boom"),
        [("error", "1:0", '{"detail":"boom"}'), ("done", "1:0", '{"reason":"error"}')],
    ),
    "never begun": (
        row(Status.CANCELED, lease=0),
        [("done", "0:0", '{"reason":"canceled"}')],
    ),
}


@pytest.mark.parametrize(("ended", "said"), ENDS.values(), ids=ENDS)
def test_every_end_has_its_events(ended, said):
    assert replayed(ended) == said


def test_the_first_bytes_need_no_news():
    assert next(reading.events(row(), Kind.ITEMS, "")) == sse.HEARTBEAT


@pytest.mark.parametrize(
    ("last_id", "texts"),
    [
        ("", ["a", "b", "c"]),
        ("nonsense", ["a", "b", "c"]),
        ("1:0", ["a", "b", "c"]),
        ("1:2", ["c"]),
        ("1:3", []),
        ("1:9", []),
        ("7:2", ["a", "b", "c"]),
    ],
)
def test_a_reader_resumes_after_the_last_id(last_id, texts):
    *outputs, done = replayed(row(Status.SUCCEEDED, output=["a", "b", "c"]), last_id)

    assert [text for _, _, text in outputs] == texts
    assert done[0] == "done"


def test_text_that_is_due_together_is_one_event():
    said = replayed(row(Status.SUCCEEDED, output=["Hel", "lo"]), kind=Kind.TEXT)

    assert said == [("output", "1:2", "Hello"), ("done", "1:2", "{}")]


def test_many_pieces_are_as_many_events():
    said = replayed(row(Status.SUCCEEDED, output=list(range(1000))))

    assert said[:-1] == [("output", f"1:{n + 1}", str(n)) for n in range(1000)]


def test_a_waiting_reader_gets_heartbeats(hub):
    said = reading._follow(Feed(row()), START, Kind.ITEMS)

    assert [next(said), next(said)] == [sse.HEARTBEAT] * 2


def test_a_process_that_leaves_ends_streams_without_done(hub):
    feed = Feed(row(output=["a"]))
    said = reading._follow(feed, START, Kind.ITEMS)
    next(said)

    hub.is_leaving = True
    feed.close()

    assert list(said) == []


def test_who_has_sent_nothing_goes_on_with_the_new_run():
    feed = Feed(row())
    feed.hear([Chunk(3, 0, ["A"])])
    feed.read(row(Status.SUCCEEDED, lease=3, output=["A", "B"]))

    assert [data for *_, data in followed(feed)] == ["A", "B", "{}"]


AGAIN = f'{{"detail":"{reading.STARTED_AGAIN}"}}'
TORN = [("error", "3:0", AGAIN), ("done", "3:0", '{"reason":"error"}')]


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (row(lease=3), TORN),
        (row(lease=3, output=["A"]), TORN),
        (row(Status.SUCCEEDED, lease=3, output=["A"]), TORN),
        (
            row(Status.CANCELED, lease=3, output=["A"]),
            [("done", "3:1", '{"reason":"canceled"}')],
        ),
    ],
    ids=["waits again", "runs again", "succeeded", "canceled"],
)
def test_who_has_pieces_of_a_lost_run_is_told_to_begin_again(now, said):
    assert followed(Feed(now), Position(1, 2)) == said


def test_who_begins_again_after_that_gets_everything():
    last_id = TORN[-1][1]

    assert [data for *_, data in replayed(row(Status.SUCCEEDED, 3, output=["A"]), last_id)] == [
        "A",
        "{}",
    ]
