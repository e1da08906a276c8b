"""A whole Hearth of the tests' own: `hearth up` on free ports with an empty data folder."""

import functools
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self, TypeVar

import psutil
import replicate
import requests

HEARTH = Path(sys.executable).with_name("hearth")
T = TypeVar("T")

START_SECONDS = 120
STOP_SECONDS = 15


def free_port() -> int:
    """A port nobody listens on at the moment."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def eventually(ask: Callable[[], T], *, within: float = 20, what: str = "") -> T:
    """The first true answer; fails the test when there is none in time."""
    until = time.monotonic() + within
    while not (answer := ask()):
        assert time.monotonic() < until, f"not within {within} s: {what or ask}"
        time.sleep(0.02)
    return answer


class Service:
    """Every process of an installation, for as long as its block lasts."""

    def __init__(self, folder: Path, models: Path, **variables: object) -> None:
        self.port, self.flower_port = free_port(), free_port()
        self.folder = folder
        self.url = f"http://127.0.0.1:{self.port}"
        given = {
            "data_dir": folder / "data",
            "port": self.port,
            "flower_port": self.flower_port,
            "models": models,
            **variables,
        }
        self.environment = {
            **{name: value for name, value in os.environ.items() if "HEARTH_" not in name},
            **{f"HEARTH_{name.upper()}": str(value) for name, value in given.items()},
        }

    def __enter__(self) -> Self:
        self.log = (self.folder / "up.log").open("w")
        self.process = subprocess.Popen(
            [HEARTH, "up", "--no-first-prediction"],
            env=self.environment,
            stdout=self.log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            eventually(self.is_ready, within=START_SECONDS, what="the service is ready")
        except BaseException:
            self.__exit__()
            sys.stderr.write((self.folder / "up.log").read_text()[-20_000:])
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if "client" in vars(self):
            self.client._client.close()
        family = self.processes() if self.process.poll() is None else []
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_SECONDS)
        finally:
            for left in family:
                if left.is_running():
                    left.kill()
            self.log.close()

    @property
    def token(self) -> str:
        """The first account's token."""
        return (self.folder / "data" / "token").read_text().strip()

    @functools.cached_property
    def client(self) -> replicate.Client:
        """The official client."""
        return replicate.Client(base_url=self.url, api_token=self.token)

    def call(self, method: str, path: str, **more: object) -> requests.Response:
        """One request with the token."""
        headers = {"Authorization": f"Bearer {self.token}", **more.pop("headers", {})}
        return requests.request(method, self.url + path, headers=headers, timeout=70, **more)

    def is_ready(self) -> bool:
        """Whether every model is warm; fails the test where the service has ended."""
        assert self.process.poll() is None, "hearth up has ended"
        try:
            return requests.get(f"{self.url}/health/ready", timeout=5).ok
        except requests.RequestException:
            return False

    def processes(self, *words: str) -> list[psutil.Process]:
        """The processes below `hearth up` whose command line has all these words."""
        found = []
        for process in psutil.Process(self.process.pid).children(recursive=True):
            try:
                line = " ".join(process.cmdline())
            except psutil.Error:
                continue
            if all(word in line for word in words):
                found.append(process)
        return found

    def kill(self, *words: str) -> None:
        """End these processes as a power cut would."""
        for process in self.processes(*words):
            process.kill()
