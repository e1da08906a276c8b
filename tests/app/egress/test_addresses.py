import socket
from ipaddress import ip_address

import pytest

from app.egress import addresses

PUBLIC = ["93.184.215.14", "1.1.1.1", "2606:4700:4700::1111", "::ffff:8.8.8.8"]
INSIDE = [
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.1.1",
    "172.16.0.1",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::a00:1",
    "100::1",
    "2001::1",
    "2001:20::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "3fff::1",
    "4000::1",
    "5f00::1",
    "fc00::1",
    "fd00::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
]
METADATA = ["169.254.169.254", "100.100.100.200", "168.63.129.16", "fd00:ec2::254"]
OLD_NOTATIONS = [
    "2130706433",
    "0x7f000001",
    "0X7F.0.0.1",
    "017700000001",
    "0177.0.0.1",
    "127.1",
    "127.0.1",
    "127.0.0.1",
    "::ffff:7f00:1",
    "::ffff:127.0.0.1%lo",
]


def _entry(address: str) -> str:
    plain = addresses.plain(address)
    return f"[{plain}]:443" if plain.version == 6 else f"{plain}:443"


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_allowed(configure, address):
    assert addresses.is_allowed(addresses.plain(address), 443)


@pytest.mark.parametrize("address", INSIDE + METADATA)
def test_addresses_inside_are_not_allowed(configure, address):
    assert not addresses.is_allowed(addresses.plain(address), 443)


@pytest.mark.parametrize("address", INSIDE + METADATA)
def test_an_opening_of_just_that_address_allows_it_at_its_port(configure, address):
    configure(egress_allow=_entry(address))

    assert addresses.is_allowed(addresses.plain(address), 443)
    assert not addresses.is_allowed(addresses.plain(address), 444)


@pytest.mark.parametrize("address", METADATA)
def test_a_wide_opening_never_admits_metadata(configure, address):
    configure(egress_allow="0.0.0.0/0:80,[::/0]:80")

    assert not addresses.is_allowed(addresses.plain(address), 80)


@pytest.mark.parametrize("spelling", OLD_NOTATIONS)
def test_every_notation_of_an_address_is_that_address(spelling):
    assert addresses.literal(spelling) == ip_address("127.0.0.1")


@pytest.mark.parametrize("name", ["example.com", "1.2.3.4.example", "127.0.0.256", "0x", ""])
def test_a_name_is_no_address(name):
    assert addresses.literal(name) is None


@pytest.mark.parametrize(
    ("variable", "value", "port"),
    [
        ("port", "8123", 8123),
        ("flower_port", "5123", 5123),
        ("redis_url", "redis://localhost", 6379),
        ("database_url", "postgresql+psycopg://me@127.0.0.1:5433/hearth", 5433),
    ],
)
def test_our_own_services_are_never_allowed(configure, variable, value, port):
    configure(**{variable: value}, egress_allow="127.0.0.0/8:1-65535,10.0.0.0/8:1-65535")

    assert not addresses.is_allowed(ip_address("127.0.0.1"), port)
    assert not addresses.is_allowed(ip_address("127.0.0.9"), port)
    assert addresses.is_allowed(ip_address("10.1.2.3"), port)
    assert addresses.is_allowed(ip_address("127.0.0.1"), port + 1)


def test_a_service_elsewhere_is_denied_where_it_is(configure):
    configure(redis_url="redis://10.0.0.5:6379/0", egress_allow="10.0.0.0/8:6379")

    assert not addresses.is_allowed(ip_address("10.0.0.5"), 6379)
    assert addresses.is_allowed(ip_address("10.0.0.6"), 6379)


def test_the_port_of_a_service_that_does_not_resolve_is_denied(monkeypatch, configure):
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror

    configure(redis_url="redis://redis.internal:6380", egress_allow="10.0.0.0/8:6379-6380")
    monkeypatch.setattr(socket, "getaddrinfo", unknown)

    assert not addresses.is_allowed(ip_address("10.0.0.5"), 6380)
    assert addresses.is_allowed(ip_address("10.0.0.5"), 6379)
