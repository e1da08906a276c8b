"""A whole Hearth of the bench's own, and a client as lean as can be."""

import http.client
import json
import statistics
import sys
from collections.abc import Callable, Iterator, Mapping
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
INPUT = {"text": "bench"}
START_SECONDS = 120
ADDRESS = "127.0.0.1"


@dataclass(frozen=True)
class Hearth:
    """Where it answers, with which token, and the process above all others."""

    port: int
    token: str
    pid: int

    def caller(self) -> Call:
        """A client that greets, over a connection of its own: create, and wait for the end."""
        return self.predictor(MODEL, INPUT)

    def milliseconds_to_start(self, count: int) -> float:
        """From `created_at` to `started_at` of a greeting, the median of so many."""
        predict = self.predictor(MODEL, INPUT)
        return statistics.median(_wait(predict()) for _ in range(count))

    def create(self, model: str, given: Mapping[str, Any]) -> Any:
        """A new prediction, as it is right after its creation."""
        return self._caller(model, given, {})()

    def predictor(self, model: str, given: Mapping[str, Any]) -> Callable[[], Any]:
        """A client that asks a model for the same thing each time; gives the prediction."""
        create = self._caller(model, given, {"Prefer": "wait"})

        def predict() -> Any:
            prediction = create()
            assert prediction["status"] == "succeeded", prediction
            return prediction

        return predict

    def _caller(
        self, model: str, given: Mapping[str, Any], headers: Mapping[str, str]
    ) -> Callable[[], Any]:
        """A client over a connection of its own."""
        connection = http.client.HTTPConnection(ADDRESS, self.port)
        body = json.dumps({"input": given})
        sent = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
            **headers,
        }

        def create() -> Any:
            connection.request("POST", f"/v1/models/{model}/predictions", body, sent)
            with connection.getresponse() as reply:
                return json.load(reply)

        return create


@contextmanager
def running(redis_url: str, folder: Path, models: str = CATALOG) -> Iterator[Hearth]:
    """`hearth up` on free ports and an empty data folder, until the block is left."""
    catalog, log = folder / "models.toml", folder / "hearth.log"
    catalog.write_text(models)
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
        children.wait(lambda: is_ready(port), process, log, START_SECONDS)
        token = (folder / "data" / "token").read_text().strip()
        yield Hearth(port, token, process.pid)


def is_ready(port: int, path: str = "/health/ready") -> bool:
    """Whether a server says that it is."""
    connection = http.client.HTTPConnection(ADDRESS, port, timeout=5)
    try:
        connection.request("GET", path)
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
