"""Streams in a real browser, read by a page of another origin."""

import math
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.conftest import FOLDERS, QUICK, catalogue
from tests.receiver import Receiver
from tests.service import Service, eventually, free_port

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",  # which root must not have; the only page is ours
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--no-first-run",
)
PAGE = Path(__file__).with_name("stream.html").read_bytes()

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(180),
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """A service to be broken, whose streams one page may read."""
    folder = tmp_path_factory.mktemp("browsed")
    names = ("countdown", "stumbles", "pages")
    models = catalogue(folder / "models.toml", **{name: FOLDERS / name for name in names})
    port = free_port()
    allowed = f"http://localhost:{port}"
    with Service(folder, models, stream_origins=allowed, **QUICK) as running:
        running.page_port = port
        yield running


@pytest.fixture
def watch(service, tmp_path):
    """Open the page on a new prediction's stream; gives what tells all that it has seen."""

    @contextmanager
    def watching(model, host="localhost", **given):
        answer = service.call("POST", f"/v1/models/test/{model}/predictions", json={"input": given})
        page = f"http://{host}:{service.page_port}/?stream={answer.json()['urls']['stream']}"
        with Receiver(port=service.page_port) as server:
            server.answer(times=math.inf, headers={"content-type": "text/html"}, body=PAGE)
            with _browser(page, tmp_path):
                yield lambda: _seen(server)

    return watching


@contextmanager
def _browser(page, folder):
    command = [CHROMIUM, *FLAGS, f"--user-data-dir={folder}", page]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdout=quiet, stderr=quiet) as browser:
        try:
            yield
        finally:
            browser.terminate()


def _seen(server):
    """The longest that the page has told, since its requests may overtake each other."""
    told = [request.json for request in server.requests if request.method == "POST"]
    return max(told, key=len, default=[])


def _seen_to_the_end(seen):
    eventually(lambda: "done" in dict(seen()))
    return seen()


def _outputs(seen):
    return [data for name, data in seen if name == "output"]


def test_a_page_that_may_reads_a_stream(watch):
    with watch("countdown", start=3, pause=0.1) as seen:
        assert _seen_to_the_end(seen) == [
            ["output", "3"],
            ["output", "2"],
            ["output", "1"],
            ["done", "{}"],
        ]


def test_a_page_that_may_not_is_refused(watch):
    with watch("countdown", host="127.0.0.1", start=3) as seen:
        eventually(seen)
        assert seen() == [["refused", None]]


def test_a_page_is_told_why_a_prediction_failed(watch):
    with watch("stumbles") as seen:
        assert _seen_to_the_end(seen)[1:] == [
            ["output", "two\nlines"],
            ["error", '{"detail":"stumbled"}'],
            ["done", '{"reason":"error"}'],
        ]


def test_a_page_opens_the_files_of_a_stream(watch):
    with watch("pages", pages=2) as seen:
        eventually(lambda: len(seen()) == 5, what="two pieces, their files and the end")

        files = {data for name, data in seen() if name == "file"}
    assert files == {"This is page 1.", "This is page 2."}


def test_a_page_gets_all_of_it_once_when_the_web_process_is_killed(service, watch):
    with watch("countdown", start=20, pause=0.25) as seen:
        eventually(lambda: len(_outputs(seen())) >= 3)
        service.kill("gunicorn")

        events = _seen_to_the_end(seen)

    assert ["broken", None] in events
    assert _outputs(events) == [str(number) for number in range(20, 0, -1)]
