"""Files of models: names and kinds that are fit for a URL, and who may see them."""

import pytest
import replicate
from replicate import helpers

from app import leases, outputs, store
from app.errors import NotFound
from predictors.events import File, Output
from tests import factories

NAMES = {
    "plain": ("out-0.png", "out-0.png", "image/png"),
    "letters": ("über 1.txt", "_ber_1.txt", "text/plain"),
    "a path": ("../../etc/passwd", "_.._etc_passwd", "application/octet-stream"),
    "hidden": (".bashrc", "bashrc", "application/octet-stream"),
    "nothing": ("", "file", "application/octet-stream"),
    "dots": ("..", "file", "application/octet-stream"),
    "a page": ("a.html", "a.html", "text/html"),
    "packed": ("a.tar.gz", "a.tar.gz", "application/octet-stream"),
    "long": ("x" * 300 + ".webp", "x" * 195 + ".webp", "image/webp"),
    "a line": ("a\r\nb.png", "a__b.png", "image/png"),
}


@pytest.fixture
def lease(account, version, queued):
    return leases.take(factories.prediction(account).id, "worker-1").lease


@pytest.fixture
def kept(lease, tmp_path):
    def keep(*names):
        files = []
        for at, name in enumerate(names):
            path = tmp_path / str(at)
            path.write_text(str(at))
            files.append(File((at,), name, path))
        return outputs.keep(Output([""] * len(names), is_piece=False, files=tuple(files)), lease)

    return keep


def served(url):
    *_, key, name = url.split("/")
    return outputs.served(key, name)


@pytest.mark.parametrize(("given", "name", "kind"), NAMES.values(), ids=NAMES.keys())
def test_a_file_is_kept_under_a_name_that_is_fit_for_a_url(kept, given, name, kind):
    file = served(kept(given).value[0])

    assert (file.name, file.content_type) == (name, kind)


def test_files_with_equal_names_are_two(kept, lease):
    first, second = map(served, kept("out.png", "out.png").value)

    assert first.key != second.key
    assert first.digest != second.digest
    assert {row.id for row in store.files.of_prediction(lease.prediction_id)} == {
        first.id,
        second.id,
    }


def test_a_file_lasts_as_long_as_its_prediction(kept, lease):
    url = kept("out.png").value[0]
    expires_at = served(url).expires_at

    store.files.remove_of_predictions([lease.prediction_id])

    assert expires_at is None
    with pytest.raises(NotFound):
        served(url)


@pytest.mark.parametrize("path", ["{key}/other.png", "{key}x/out.png", "{id}/out.png"])
def test_nothing_but_its_own_url_opens_a_file(kept, path):
    file = served(kept("out.png").value[0])

    with pytest.raises(NotFound):
        served(path.format(key=file.key, id=file.id))


@pytest.fixture
def client():
    return replicate.Client(api_token="token")


def test_the_client_makes_a_file_of_an_https_url(configure, kept, client):
    configure(public_url="https://hearth.example")

    [file] = helpers.transform_output(kept("out.png").value, client)

    assert isinstance(file, helpers.FileOutput)
    assert file.url.startswith("https://hearth.example/files/")


def test_the_client_leaves_an_http_url_a_string(kept, client):
    value = kept("out.png").value

    assert helpers.transform_output(value, client) == value


def test_the_client_makes_a_file_of_a_small_one_in_the_output_itself(configure, kept, client):
    configure(inline_file_bytes=1)

    [file] = helpers.transform_output(kept("out.png").value, client)

    assert file.url.startswith("data:image/png;base64,")
    assert file.read() == b"0"


def test_an_upload_is_no_output(account):
    upload = factories.upload(account)

    with pytest.raises(NotFound):
        outputs.served(upload.key, upload.name)
