"""A whole service that keeps its files in a bucket of an S3-compatible server."""

import io

import pytest
import requests

from tests import bucket
from tests.e2e.conftest import FOLDERS, QUICK, catalogue
from tests.service import Service

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bucket-service")
    models = catalogue(folder / "models.toml", files=FOLDERS / "files")
    with (
        bucket.server(folder / "bucket") as endpoint,
        Service(folder, models, blobs_endpoint=endpoint, **bucket.SETTINGS, **QUICK) as running,
    ):
        yield running


def test_files_go_in_and_out_and_none_stays_on_disk(service):
    url = service.client.run("test/files", input={"page": io.BytesIO(b"hello from a bucket")})

    assert requests.get(url, timeout=10).text == "hello from a bucket"
    part = requests.get(url, headers={"Range": "bytes=6-9"}, timeout=10)
    assert (part.status_code, part.text) == (206, "from")
    kept = [path for path in (service.folder / "bucket").rglob("*") if path.is_file()]
    assert len(kept) == 1  # both have the same content
    assert not (service.folder / "data" / "blobs").exists()
