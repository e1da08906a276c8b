"""A whole Hearth of the bench's own with the hello-world model, and a client as lean as can be."""

import http.client
import json
import statistics
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any

from bench import children
from bench.clients import Call
from config import settings

HEARTH = Path(sys.executable).with_name("hearth")
MODEL = "replicate/hello-world"
FOLDER = settings.ROOT / "predictors" / "hello_world"
CATALOG = f'[[model]]\nname = "{MODEL}"\nfolder = "{FOLDER}"\n'
START_SECONDS = 60
BODY = json.dumps({"input": {"text": "bench"}})
ADDRESS = "127.0.0.1"


@dataclass(frozen=True)
class Hearth:
    """Where it answers, and with which token."""

    port: int
    token: str

    def caller(self) -> Call:
        """A client's call over a connection of its own: create, and wait for the end."""
        predict = self._predictor()

        def call() -> None:
            predict()

        return call

    def milliseconds_to_start(self, count: int) -> float:
        """From `created_at` to `started_at`, the median of so many."""
        predict = self._predictor()
        return statistics.median(_wait(predict()) for _ in range(count))

    def _predictor(self) -> Any:
        connection = http.client.HTTPConnection(ADDRESS, self.port)
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
            "Prefer": "wait",
        }

        def predict() -> Any:
            connection.request("POST", f"/v1/models/{MODEL}/predictions", BODY, headers)
            with connection.getresponse() as reply:
                prediction = json.load(reply)
            assert prediction["status"] == "succeeded", prediction
            return prediction

        return predict


@contextmanager
def running(redis_url: str, folder: Path) -> Iterator[Hearth]:
    """`hearth up` on free ports and an empty data folder, until the block is left."""
    catalog, log = folder / "models.toml", folder / "hearth.log"
    catalog.write_text(CATALOG)
    port = children.free_port()
    chosen = {
        "HEARTH_DATA_DIR": folder / "data",
        "HEARTH_MODELS": catalog,
        "HEARTH_REDIS_URL": redis_url,
        "HEARTH_PORT": port,
        "HEARTH_FLOWER_PORT": children.free_port(),
    }
    variables = {name: str(value) for name, value in chosen.items()}
    with children.child([HEARTH, "up", "--no-first-prediction"], log, variables) as process:
        children.wait(lambda: _is_ready(port), process, log, START_SECONDS)
        token = (folder / "data" / "token").read_text().strip()
        yield Hearth(port, token)


def _is_ready(port: int) -> bool:
    connection = http.client.HTTPConnection(ADDRESS, port, timeout=5)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()


def _wait(prediction: dict[str, Any]) -> float:
    created, started = (
        datetime.fromisoformat(prediction[name]) for name in ("created_at", "started_at")
    )
    return (started - created).total_seconds() * 1000
