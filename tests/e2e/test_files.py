"""Files with the official Python client, and as other clients send them."""

import io
import subprocess

import pytest
import requests
from replicate.exceptions import ReplicateError

from tests.e2e.conftest import UPLOAD_BYTES
from tests.service import HEARTH

pytestmark = pytest.mark.e2e

METADATA = {
    "a text field": {"data": {"metadata": '{"ticket": "88"}'}},
    "a file part": {"files": {"metadata": ("blob", b'{"ticket": "88"}', "application/json")}},
    "a text part": {"files": {"metadata": (None, b'{"ticket": "88"}', "application/json")}},
    "brackets": {"data": {"metadata[ticket]": "88"}},
}


@pytest.fixture(scope="module")
def client(service):
    return service.client


@pytest.fixture
def note(tmp_path):
    path = tmp_path / "note.txt"
    path.write_text("hello from a file")
    return path


def upload(service, content, **parts):
    files = {"content": ("note.txt", content, "text/plain"), **parts.pop("files", {})}
    return service.call("POST", "/v1/files", files=files, **parts)


def test_files_are_created_got_listed_and_deleted(client, note):
    made = client.files.create(note, metadata={"ticket": "88"})

    assert client.files.get(made.id) == made
    assert (made.name, made.content_type, made.metadata) == (
        "note.txt",
        "text/plain",
        {"ticket": "88"},
    )
    assert made.id in [file.id for file in client.files.list()]
    assert client.files.delete(made.id) is True
    with pytest.raises(ReplicateError, match="could not be found"):
        client.files.get(made.id)


def test_an_opened_file_is_an_input(client, note):
    with note.open("rb") as opened:
        url = client.run("test/files", input={"page": opened})

    assert requests.get(url, timeout=10).text == "hello from a file"


def test_a_file_is_an_input_by_its_url_and_an_output_is_one_too(client, note):
    made = client.files.create(note)
    first = client.run("test/files", input={"pages": [made.urls["get"]] * 2})

    url = client.run("test/files", input={"page": first})

    assert requests.get(url, timeout=10).text == "hello from a file hello from a file"


def test_a_file_that_is_gone_fails_the_prediction(client, note):
    made = client.files.create(note)
    client.files.delete(made.id)

    prediction = client.predictions.create(model="test/files", input={"page": made.urls["get"]})
    prediction.wait()

    assert prediction.status == "failed"
    assert prediction.error.startswith("Input validation error: page: ")


@pytest.mark.parametrize("parts", METADATA.values(), ids=METADATA)
def test_metadata_comes_as_each_client_sends_it(service, parts):
    answer = upload(service, io.BytesIO(b"abc"), **parts)

    assert (answer.status_code, answer.json()["metadata"]) == (201, {"ticket": "88"})


def test_a_file_that_is_too_large_is_refused_and_the_next_one_taken(service):
    refused = upload(service, bytes(UPLOAD_BYTES + 1))
    taken = upload(service, bytes(UPLOAD_BYTES))

    assert (refused.status_code, taken.status_code) == (413, 201)
    assert "HEARTH_UPLOAD_BYTES" in refused.json()["detail"]
    assert taken.json()["size"] == UPLOAD_BYTES


def test_an_upload_in_chunks_of_unknown_length_is_taken(service):
    body = b'--x\r\nContent-Disposition: form-data; name="content"\r\n\r\nabc\r\n--x--\r\n'
    kind = {"Content-Type": "multipart/form-data; boundary=x"}

    answer = service.call("POST", "/v1/files", data=iter([body[:50], body[50:]]), headers=kind)

    assert (answer.status_code, answer.json()["size"]) == (201, 3)


def test_a_signed_url_downloads_whole_and_in_part(service):
    content = bytes(range(256)) * 4096
    made = upload(service, content).json()
    signed = [HEARTH, "files", "sign", made["id"], "--minutes", "1"]
    url = subprocess.check_output(signed, env=service.environment, text=True, timeout=30).strip()

    whole = requests.get(url, timeout=10)
    part = requests.get(url, headers={"Range": "bytes=1000-99999"}, timeout=10)

    assert (whole.status_code, whole.content) == (200, content)
    assert (part.status_code, part.content) == (206, content[1000:100_000])
