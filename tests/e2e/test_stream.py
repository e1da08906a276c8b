"""Output streamed while it is made, over a whole service."""

import http.client
import itertools
import signal
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
import requests

from tests import streaming
from tests.e2e.conftest import FOLDERS, PREDICTORS, QUICK, catalogue
from tests.service import Service, eventually
from tests.streaming import Event, Reader

pytestmark = pytest.mark.e2e

BROKEN = (OSError, http.client.HTTPException)


def created(service, model, **given):
    path = f"/v1/models/test/{model}/predictions"
    return service.call("POST", path, json={"input": given}).json()


def stream(service, model, **given):
    return created(service, model, **given)["urls"]["stream"]


def test_the_official_client_streams_the_pieces(service):
    assert list(map(str, service.client.stream("test/countdown", input={"start": 2}))) == [
        "2",
        "1",
        "",  # done
    ]


def test_each_piece_is_an_event_with_an_id_of_its_own(service):
    assert streaming.read(stream(service, "countdown", start=3)) == [
        Event("output", "1:1", "3"),
        Event("output", "1:2", "2"),
        Event("output", "1:3", "1"),
        Event("done", "1:3", "{}"),
    ]


def test_pieces_come_while_the_model_runs(service):
    prediction = created(service, "countdown", start=2, pause=2)

    with Reader(prediction["urls"]["stream"]) as reader:
        first = next(iter(reader))
        now = service.call("GET", f"/v1/predictions/{prediction['id']}").json()

    assert (first.data, now["status"]) == ("2", "processing")


def test_a_stream_is_replayed_after_its_end(service):
    url = stream(service, "countdown", start=5)
    live = streaming.read(url)

    assert streaming.read(url) == live
    assert streaming.read(url, last_id="1:3") == live[3:]


@pytest.mark.parametrize("had", [0, 1, 7])
def test_a_dropped_reader_resumes_without_gap_or_repeat(service, had):
    url = stream(service, "countdown", start=12, pause=0.05)
    with Reader(url) as reader:
        first = list(itertools.islice(reader, had))

    rest = streaming.read(url, last_id=first[-1].id if first else "")

    assert streaming.outputs([*first, *rest]) == [str(n) for n in range(12, 0, -1)]


def test_files_are_streamed_as_urls_under_a_path_of_their_own(service):
    url = stream(service, "pages", pages=2)

    files = streaming.outputs(streaming.read(url))

    assert urlsplit(url).path.startswith("/v1/files/streams/")
    assert [requests.get(file, timeout=10).text for file in files] == [
        "This is page 1.",
        "This is page 2.",
    ]


def test_a_failed_prediction_says_why(service):
    assert streaming.read(stream(service, "stumbles"))[-3:] == [
        Event("output", "1:2", "two\nlines"),
        Event("error", "1:2", '{"detail":"stumbled"}'),
        Event("done", "1:2", '{"reason":"error"}'),
    ]


def test_the_official_client_raises_what_failed(service):
    with pytest.raises(RuntimeError, match="stumbled"):
        list(service.client.stream("test/stumbles", input={}))


def test_a_canceled_prediction_says_so_at_once(service):
    prediction = created(service, "countdown", start=3, pause=30)
    with Reader(prediction["urls"]["stream"]) as reader:
        events = iter(reader)
        next(events)

        service.call("POST", f"/v1/predictions/{prediction['id']}/cancel")

        assert next(events) == Event("done", "1:1", '{"reason":"canceled"}')
        assert next(events, None) is None


def test_a_prediction_canceled_in_the_queue_says_so_at_once(service):
    running = created(service, "countdown", start=2, pause=5)
    waiting = created(service, "countdown", start=2)
    with Reader(waiting["urls"]["stream"]) as reader:
        service.call("POST", f"/v1/predictions/{waiting['id']}/cancel")

        assert list(reader) == [Event("done", "0:0", '{"reason":"canceled"}')]
    service.call("POST", f"/v1/predictions/{running['id']}/cancel")


def test_a_hundred_readers_of_one_stream_get_everything(service):
    url = stream(service, "countdown", start=30, pause=0.02)

    with ThreadPoolExecutor(100) as readers:
        read = list(readers.map(streaming.read, [url] * 100))

    assert all(events == read[0] for events in read)
    assert len(read[0]) == 31


def test_a_slow_reader_holds_up_nobody_and_loses_nothing(service):
    url = stream(service, "clock", times=100_000)
    with Reader(url) as slow:
        fast = streaming.read(url)

        assert list(slow) == fast
    assert len(fast) == 100_001


def test_readers_that_vanish_leave_nothing_behind(service):
    web = max(service.processes("gunicorn"), key=lambda process: process.num_threads())
    url = stream(service, "countdown", start=2, pause=30)
    connections, threads = len(web.net_connections()), web.num_threads()

    for _ in range(4):
        _vanish(url, readers=50)
        eventually(
            lambda: len(web.net_connections()) <= connections, within=10, what="all have left"
        )

    assert (
        web.num_threads() < threads + 100
    )  # threads stay for others, as many as were busy at once


def _vanish(url, readers):
    """Open a stream many times, and be gone."""
    address = urlsplit(url)
    opened = [socket.create_connection((address.hostname, address.port)) for _ in range(readers)]
    for each in opened:
        each.sendall(f"GET {address.path} HTTP/1.1\r\nHost: {address.netloc}\r\n\r\n".encode())
    for each in opened:
        assert each.recv(1000)
        each.close()


@pytest.fixture(scope="module")
def fragile(tmp_path_factory):
    """A service to be broken."""
    folder = tmp_path_factory.mktemp("fragile")
    folders = {"countdown": FOLDERS / "countdown", "llama": PREDICTORS / "llama"}
    with Service(folder, catalogue(folder / "models.toml", **folders), **QUICK) as running:
        yield running


def test_the_official_client_streams_what_a_language_model_says(fragile):
    asked = {"prompt": "What is Hearth?", "max_tokens": 20}

    said = "".join(map(str, fragile.client.stream("test/llama", input=asked)))

    newest = next(iter(fragile.client.predictions.list()))
    assert said == "".join(newest.output)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_reader_resumes_on_the_web_process_that_is_started_again(fragile, how):
    url = stream(fragile, "countdown", start=20, pause=0.2)
    events = []
    with Reader(url) as reader:
        events.append(next(iter(reader)))
        threading.Timer(0.5, _end_web, [fragile, how]).start()
        events.extend(_until_broken(reader))

    eventually(fragile.is_ready, within=30)
    rest = streaming.read(url, last_id=events[-1].id)

    assert 1 < len(events) < 20
    assert streaming.outputs([*events, *rest]) == [str(n) for n in range(20, 0, -1)]
    assert rest[-1].name == "done"


def _end_web(service, how):
    for process in service.processes("gunicorn"):
        process.send_signal(how)


def _until_broken(reader):
    try:
        yield from reader
    except BROKEN:
        return


def test_a_run_that_starts_again_ends_the_streams_that_have_pieces_of_the_lost_one(fragile):
    url = stream(fragile, "countdown", start=5, pause=0.7)
    with Reader(url) as reader:
        events = iter(reader)
        next(events)
        fragile.kill("runner/main.py")

        error, done = [event for event in events if event.name != "output"]

    assert (error.name, "Open the stream again" in error.data) == ("error", True)
    assert (done.name, done.data) == ("done", '{"reason":"error"}')
    assert streaming.outputs(streaming.read(url, done.id)) == ["5", "4", "3", "2", "1"]


def test_streams_go_on_while_redis_is_killed(fragile):
    url = stream(fragile, "countdown", start=10, pause=0.4)
    with Reader(url) as reader:
        events = iter(reader)
        first = next(events)
        fragile.kill("redis-server")

        assert streaming.outputs([first, *events]) == [str(n) for n in range(10, 0, -1)]
