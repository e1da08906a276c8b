"""The ports Hearth listens on, and whether they are free."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass

from config import settings


@dataclass(frozen=True)
class Port:
    """A port, and the setting that chooses it."""

    host: str
    number: int
    variable: str

    @property
    def obstacle(self) -> str | None:
        """Why nobody can listen there now; None where it is free."""
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.host, self.number))
            except OSError as error:
                return f"port {self.number} of {self.host}: {error.strerror or error}"
        return None

    @property
    def remedy(self) -> str:
        """What to do about an obstacle."""
        return f"Stop the program that listens there, or set {self.variable} to another port."


def chosen() -> Iterator[Port]:
    """The API's and Flower's."""
    web, flower = settings.load().web, settings.load().flower
    yield Port(web.host, web.port, "HEARTH_PORT")
    yield Port("127.0.0.1", flower.flower_port, "HEARTH_FLOWER_PORT")
