from ipaddress import ip_address

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import egress
from tests.receiver import Receiver


@st.composite
def spellings(draw):
    """Hosts that some reader of URLs takes for a loopback address."""
    number = draw(st.integers(0x7F000000, 0x7FFFFFFF))
    a, b, c, d = number.to_bytes(4)
    mapped = ip_address(f"::ffff:{a}.{b}.{c}.{d}")
    host = draw(
        st.sampled_from(
            [
                str(number),
                hex(number),
                f"0{number:o}",
                f"{a}.{b}.{c}.{d}",
                f"{a:#x}.{b}.{c:#x}.{d}",
                f"0{a:o}.{b}.{c}.0{d:o}",
                f"{a}.{number & 0xFFFFFF}",
                f"{a}.{b}.{number & 0xFFFF}",
                f"[{mapped}]",
                f"[{mapped.exploded}]",
                f"[::ffff:{a}.{b}.{c}.{d}]",
                f"[::{a}.{b}.{c}.{d}]",
                f"[{mapped}%25lo]",
                f"[64:ff9b::{a}.{b}.{c}.{d}]",
                "[::1]",
                "localhost",
                "x.localhost",
                "0",
            ]
        )
    )
    return draw(st.sampled_from([host, host.upper(), host + ".", _percent(host), _wide(host)]))


def _percent(host: str) -> str:
    return "".join(f"%{ord(c):02x}" if c.isalnum() else c for c in host)


def _wide(host: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if c.isdigit() else c for c in host)


@pytest.fixture
def canary(configure):
    with Receiver(host="0.0.0.0") as canary:
        yield canary
    assert canary.connections == 0


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    host=spellings(),
    shape=st.sampled_from(
        [
            "http://{host}:{port}/",
            "HTTP://{host}:0{port}/",
            "http://good.example@{host}:{port}/",
            "http://{host}:{port}\\@good.example/",
            "http://{host}:{port}#@good.example/",
            "http://{host}:{port}?@good.example/",
            "http:{host}:{port}",
            "http:///{host}:{port}/",
            " http://{host}:{port}/",
            "http://\t{host}:{port}/",
            "http://{host}:{port}\r\n/",
        ]
    ),
)
def test_no_spelling_of_a_denied_address_is_ever_connected_to(post, canary, host, shape):
    url = shape.format(host=host, port=canary.port)

    with pytest.raises((egress.Denied, egress.Failed)):
        post(url)

    assert canary.connections == 0
