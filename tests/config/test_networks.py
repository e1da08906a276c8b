from ipaddress import ip_address

import pytest
from pydantic import ValidationError

from config.networks import Opening, opening
from config.settings import EgressSettings


@pytest.mark.parametrize(
    ("entry", "address", "ports"),
    [
        ("10.20.0.0/16:443", "10.20.255.1", range(443, 444)),
        ("127.0.0.1:9700", "127.0.0.1", range(9700, 9701)),
        ("127.0.0.0/8:9000-9999", "127.1.2.3", range(9000, 10000)),
        ("[fd00:1::/64]:443", "fd00:1::7", range(443, 444)),
    ],
)
def test_an_opening_admits_its_network_at_its_ports(entry, address, ports):
    opened = opening(entry)

    assert isinstance(opened, Opening)
    assert opened.admits(ip_address(address), ports[0])
    assert opened.admits(ip_address(address), ports[-1])
    assert not opened.admits(ip_address(address), ports[-1] + 1)
    assert not opened.admits(ip_address("192.168.7.7"), ports[0])


@pytest.mark.parametrize(
    "entry",
    [
        "10.0.0.0/8",
        "10.0.0.0/8:",
        "10.0.0.0/8:*",
        "10.0.0.0/8:0",
        "10.0.0.0/8:65536",
        "10.0.0.0/8:90-80",
        "10.0.0.1/8:80",
        "10.0.0.0/33:80",
        "fd00::/8:443",
        "[fd00::/8]",
        "example.com:443",
    ],
)
def test_a_bad_opening_stops_the_start_and_says_how_to_write_one(monkeypatch, entry):
    monkeypatch.setenv("HEARTH_EGRESS_ALLOW", f"127.0.0.1:9700,{entry}")

    with pytest.raises(ValidationError, match=r"write 10\.20\.0\.0/16:443"):
        EgressSettings()


def test_openings_are_read_from_the_environment(monkeypatch):
    monkeypatch.setenv("HEARTH_EGRESS_ALLOW", "10.0.0.0/8:443, [fd00::/8]:80-90")

    entries = EgressSettings().egress_allow

    assert [(str(e.network), e.first_port, e.last_port) for e in entries] == [
        ("10.0.0.0/8", 443, 443),
        ("fd00::/8", 80, 90),
    ]
