"""A PostgreSQL server of the tests' own, on a free port, with its data ."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

UNPRIVILEGED = "nobody"  # PostgreSQL refuses to run as root
FAST = "-c fsync=off -c full_page_writes=off -c max_connections=200"  # survives a kill


def find(program: str) -> str | None:
    """A program of the server, on the path or where Debian keeps it; None where there is none."""
    debian = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"), reverse=True)
    return shutil.which(program) or next(map(str, debian), None)


class Server:
    """A cluster of the tests' own, that can be stopped and started."""

    def __init__(self) -> None:
        self._home = Path(tempfile.mkdtemp(prefix="hearth-postgres-"))
        if os.geteuid() == 0:
            shutil.chown(self._home, UNPRIVILEGED)
        self._port = _free_port()
        self.url = f"postgresql+psycopg://hearth@127.0.0.1:{self._port}"
        data = f"{self._home}/data"
        _run("initdb", "-D", data, "-U", "hearth", "--auth=trust", "--no-sync")

    def start(self) -> None:
        """Start, and return once it answers."""
        options = f"-p {self._port} -k {self._home} -c listen_addresses=127.0.0.1 {FAST}"
        self._control("-o", options, "-l", f"{self._home}/log", "-w", "start")

    def stop(self) -> None:
        """Stop as a crash would."""
        self._control("-m", "immediate", "stop")

    def execute(self, statement: str) -> None:
        """Run one statement outside any transaction."""
        url = self.url.replace("+psycopg", "")
        with psycopg.connect(f"{url}/postgres", autocommit=True) as connection:
            connection.execute(statement)

    def remove(self) -> None:
        """Stop it and remove its data."""
        self.stop()
        shutil.rmtree(self._home)

    def _control(self, *arguments: str) -> None:
        _run("pg_ctl", "-D", f"{self._home}/data", *arguments)


@contextmanager
def server() -> Iterator[Server]:
    """A running server."""
    made = Server()
    made.start()
    try:
        yield made
    finally:
        made.remove()


def _run(program: str, *arguments: str) -> None:
    user = {"user": UNPRIVILEGED, "group": "nogroup"} if os.geteuid() == 0 else {}
    command = [str(find(program)), *arguments]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/", **user)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]
