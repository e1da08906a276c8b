"""Files of models over HTTP: open to who has the URL, harmless to a browser, in parts."""

import pytest

from app import leases, outputs, store
from predictors.events import File, Output
from tests import factories

pytestmark = [
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),
    pytest.mark.usefixtures("closing"),
]

CONTENT = bytes(range(256)) * 100
PUBLIC_URL = "https://hearth.example"


@pytest.fixture
def make(account, http, tmp_path):
    """The path of a file that a model gave."""

    def made(name="out.png", content=CONTENT):
        path = tmp_path / "file"
        path.write_bytes(content)
        lease = leases.take(factories.prediction(account).id, "worker-1").lease
        given = Output("", is_piece=False, files=(File((), name, path),))
        return outputs.keep(given, lease).value.removeprefix(PUBLIC_URL)

    return made


def test_a_file_is_sent_to_who_has_its_url(http, make):
    answer = http.get(make())

    assert (answer.status_code, answer.data) == (200, CONTENT)
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Content-Length"] == str(len(CONTENT))
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["Cache-Control"] == "private, max-age=86400, immutable"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Accept-Ranges"] == "bytes"


def test_the_head_says_the_same_without_the_content(http, make):
    path = make()

    head, answer = http.head(path), http.get(path)

    assert (head.status_code, head.data) == (200, b"")
    for headers in (head.headers, answer.headers):
        del headers["X-Request-Id"], headers["Date"]
    assert set(head.headers) == set(answer.headers)


DISPOSITIONS = {
    **dict.fromkeys(["a.png", "a.jpg", "a.webp", "a.mp3", "a.wav", "a.mp4", "a.txt"], "inline"),
    **dict.fromkeys(["a.svg", "a.html", "a.xhtml", "a.xml", "a.pdf", "a.js", "a"], "attachment"),
}


@pytest.mark.parametrize(("name", "disposition"), DISPOSITIONS.items())
def test_a_browser_shows_only_what_cannot_run(http, make, name, disposition):
    answer = http.get(make(name))

    assert answer.headers["Content-Disposition"] == f"{disposition}; filename={name}"


def test_text_says_how_it_is_written(http, make):
    answer = http.get(make("a.txt", "é".encode()))

    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"


PARTS = {
    "first": ("bytes=0-9", CONTENT[:10], "0-9"),
    "middle": ("bytes=100-199", CONTENT[100:200], "100-199"),
    "rest": ("bytes=25000-", CONTENT[25000:], "25000-25599"),
    "last": ("bytes=-5", CONTENT[-5:], "25595-25599"),
    "beyond": ("bytes=25590-99999", CONTENT[25590:], "25590-25599"),
}


@pytest.mark.parametrize(("asked", "content", "told"), PARTS.values(), ids=PARTS)
def test_a_part_is_sent_alone(http, make, asked, content, told):
    answer = http.get(make(), headers={"Range": asked})

    assert (answer.status_code, answer.data) == (206, content)
    assert answer.headers["Content-Range"] == f"bytes {told}/25600"
    assert answer.headers["Content-Length"] == str(len(content))


@pytest.mark.parametrize("asked", ["bytes=25600-", "bytes=99999-100000"])
def test_a_part_that_is_not_there_is_refused(http, make, asked):
    answer = http.get(make(), headers={"Range": asked})

    assert (answer.status_code, answer.json["status"]) == (416, 416)
    assert answer.headers["Content-Range"] == "bytes */25600"


@pytest.mark.parametrize("asked", ["lines=0-9", "bytes=a-b", "bytes", "bytes=9-0"])
def test_a_range_that_says_nothing_is_passed_over(http, make, asked):
    answer = http.get(make(), headers={"Range": asked})

    assert (answer.status_code, answer.data) == (200, CONTENT)


def test_what_has_not_changed_is_not_sent_again(http, make):
    path = make()
    tag = http.get(path).headers["ETag"]

    again = http.get(path, headers={"If-None-Match": tag})
    part = http.get(path, headers={"Range": "bytes=0-9", "If-Range": tag})
    other = http.get(path, headers={"Range": "bytes=0-9", "If-Range": '"other"'})

    assert (again.status_code, again.data) == (304, b"")
    assert (part.status_code, part.data) == (206, CONTENT[:10])
    assert (other.status_code, other.data) == (200, CONTENT)


def test_an_empty_file_is_a_file(http, make):
    path = make("a.txt", b"")

    answer, part = http.get(path), http.get(path, headers={"Range": "bytes=0-"})

    assert (answer.status_code, answer.data) == (200, b"")
    assert (part.status_code, part.data) in {(200, b""), (416, part.data)}


@pytest.mark.parametrize("change", [lambda path: path + "x", lambda path: path[:-8] + "/a.png"])
def test_another_url_opens_nothing(http, make, change):
    answer = http.get(change(make()))

    assert (answer.status_code, answer.content_type) == (404, "application/problem+json")


def test_a_removed_file_is_not_found(http, make):
    path = make()
    key = path.split("/")[2]

    store.files.remove_of_predictions([store.files.by_key(key).prediction_id])

    assert http.get(path).status_code == 404
