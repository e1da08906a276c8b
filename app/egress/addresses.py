"""Which addresses may be connected to: the public internet and what the operator opened."""

import socket
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from config import settings

Address = IPv4Address | IPv6Address

# Held to be global by some version of Python's ipaddress, yet leading back inside or nowhere.
_NOT_PUBLIC = tuple(
    ip_network(network)
    for network in (
        "::/96",  # IPv4-compatible
        "64:ff9b::/96",  # NAT64, stands for any IPv4 address
        "64:ff9b:1::/48",
        "2001:20::/28",  # ORCHIDv2
        "2002::/16",  # 6to4, stands for any IPv4 address
        "3fff::/20",  # documentation
        "5f00::/16",  # segment routing
        "fec0::/10",  # site-local
        "192.0.0.0/24",  # protocol assignments
        "192.88.99.0/24",  # 6to4 relays
    )
)
# These hand credentials to whoever asks: a wide opening must not admit them by oversight.
_METADATA = frozenset(
    ip_address(address)
    for address in (
        "169.254.169.254",
        "169.254.170.2",  # AWS containers
        "169.254.170.23",
        "fd00:ec2::254",  # AWS
        "fd00:ec2::23",
        "fd20:ce::254",  # Google
        "100.100.100.200",  # Alibaba
        "168.63.129.16",  # Azure's wire server, a public address
    )
)
_USUAL_PORTS = {"redis": 6379, "rediss": 6379, "postgresql": 5432}


def literal(host: str) -> Address | None:
    """The address a host spells out in any notation a resolver knows; None for a name."""
    try:
        return plain(host)
    except ValueError:
        return _by_old_notation(host)


def _by_old_notation(host: str) -> Address | None:
    """Read 2130706433, 0x7f.1 and 0177.0.0.1 as the C library does."""
    try:
        return IPv4Address(socket.inet_aton(host))
    except OSError:
        return None


def plain(text: str) -> Address:
    """An address without its scope, and as IPv4 where that is what it stands for."""
    address = ip_address(text.partition("%")[0])
    return getattr(address, "ipv4_mapped", None) or address


def family(address: Address) -> socket.AddressFamily:
    """The kind of socket that reaches it."""
    return socket.AF_INET if isinstance(address, IPv4Address) else socket.AF_INET6


def of(host: str) -> list[Address]:
    """Every address a name stands for; raises OSError where it stands for none."""
    answers = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(plain(str(sockaddr[0])) for *_, sockaddr in answers))


def is_allowed(address: Address, port: int) -> bool:
    """Whether we may connect there; never to a service of our own."""
    openings = [o for o in settings.load().egress.egress_allow if o.admits(address, port)]
    if address in _METADATA:
        return any(opening.is_exact for opening in openings)
    return bool(openings or _is_public(address)) and not _is_ours(address, port)


def _is_public(address: Address) -> bool:
    if address.is_multicast or address.is_reserved or not address.is_global:
        return False
    return not any(address in network for network in _NOT_PUBLIC)


def _is_ours(address: Address, port: int) -> bool:
    """Whether one of our own services listens there; assumed where its name does not resolve."""
    hosts = [host for host, its_port in _own_services() if its_port == port]
    try:
        ours = {own for host in hosts for own in of(host)}
    except OSError:
        return True
    return address in ours or (_is_here(address) and any(map(_is_here, ours)))


def _own_services() -> Iterator[tuple[str, int]]:
    config = settings.load()
    yield config.web.host, config.web.port
    yield "127.0.0.1", config.flower.flower_port
    for url in map(urlsplit, (config.redis_url, config.database_url)):
        if url.hostname:
            yield url.hostname, url.port or _USUAL_PORTS.get(url.scheme.partition("+")[0], 0)


def _is_here(address: Address) -> bool:
    """Whether this machine answers at that address: only then can it be bound."""
    try:
        with socket.socket(family(address), socket.SOCK_DGRAM) as probe:
            probe.bind((str(address), 0))
    except OSError:
        return False
    return True
