"""What the operator opens to webhooks and downloads: a network and the ports in it."""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

SYNTAX = "write 10.20.0.0/16:443, 127.0.0.1/32:9000-9999 or [fd00:1::/64]:443"
HIGHEST_PORT = 65535

_ENTRY = re.compile(r"(?:\[([^]]+)]|([^][:]+)):([0-9]{1,5})(?:-([0-9]{1,5}))?")


@dataclass(frozen=True)
class Opening:
    """One network, and the ports of it that may be connected to."""

    network: IPv4Network | IPv6Network
    first_port: int
    last_port: int

    @property
    def is_exact(self) -> bool:
        """Whether it names a single address."""
        return self.network.num_addresses == 1

    def admits(self, address: IPv4Address | IPv6Address, port: int) -> bool:
        """Whether that address and port lie in it."""
        return self.first_port <= port <= self.last_port and address in self.network


def opening(entry: object) -> object:
    """Read one entry; what is no text is left to the settings to judge."""
    if not isinstance(entry, str):
        return entry
    match = _ENTRY.fullmatch(entry)
    if not match:
        raise ValueError(f"{entry!r} is no network with a port: {SYNTAX}")
    bracketed, plain, first, last = match.groups()
    ports = int(first), int(last or first)
    if not 1 <= ports[0] <= ports[1] <= HIGHEST_PORT:
        raise ValueError(f"{entry!r} has no ports from 1 to {HIGHEST_PORT}: {SYNTAX}")
    try:
        return Opening(ip_network(bracketed or plain), *ports)
    except ValueError as error:
        raise ValueError(f"{entry!r}: {error}; {SYNTAX}") from None
