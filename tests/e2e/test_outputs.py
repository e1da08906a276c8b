"""Files of models, from a runner through the worker to whoever asks for their URL."""

import pytest
import requests

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

SIZE = 20 << 20


def run(service, how, size):
    version = service.client.models.get("test/gives-files").latest_version
    prediction = service.client.predictions.create(
        version=version, input={"how": how, "size": size}
    )
    prediction.wait()
    assert prediction.status == "succeeded", prediction.error
    return prediction.output


@pytest.fixture(scope="module")
def large(service):
    """The URL of a file of 20 MiB."""
    return run(service, "one", SIZE)


def test_a_file_is_there_for_who_has_its_url(service, large):
    answer = requests.get(large, timeout=20, allow_redirects=False)

    assert large.startswith(f"{service.url}/files/")
    assert large.endswith("/out.png")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/png")
    assert answer.headers["Content-Length"] == str(SIZE)
    assert answer.content == b"a" * SIZE


def test_a_part_of_it_can_be_fetched(large):
    tag = requests.head(large, timeout=20).headers["ETag"]

    rest = requests.get(large, headers={"Range": f"bytes={SIZE - 9}-"}, timeout=20)
    part = requests.get(large, headers={"Range": "bytes=5-9", "If-Range": tag}, timeout=20)
    none = requests.get(large, headers={"Range": f"bytes={SIZE}-"}, timeout=20)

    assert (rest.status_code, rest.content) == (206, b"a" * 9)
    assert (part.status_code, part.headers["Content-Range"]) == (206, f"bytes 5-9/{SIZE}")
    assert (none.status_code, none.headers["Content-Range"]) == (416, f"bytes */{SIZE}")


def test_the_connection_is_as_good_afterwards(large):
    with requests.Session() as session:
        head = session.head(large, timeout=20)
        known = session.get(large, headers={"If-None-Match": head.headers["ETag"]}, timeout=20)
        whole = session.get(large, timeout=20)

    assert (head.content, known.status_code, known.content) == (b"", 304, b"")
    assert len(whole.content) == SIZE


def test_a_url_opens_nothing_else(large):
    assert requests.get(large[: -len("/out.png")] + "/a.png", timeout=20).status_code == 404
    assert requests.get(large.replace("/files/", "/files/x"), timeout=20).status_code == 404


def test_pieces_are_files_of_their_own(service):
    urls = run(service, "again", 3)

    assert [requests.get(url, timeout=20).content for url in urls] == [b"aaa", b"bbb", b"ccc"]
