"""What tests of egress may ask for: a receiver on a loopback that is open, and posts to it."""

import functools
from collections.abc import Callable, Iterator

import pytest

from app import egress
from tests.receiver import Receiver

LOOPBACK = "127.0.0.0/8:1024-65535,[::1]:1024-65535"

send = functools.partial(
    egress.post,
    body=b'{"id": "p1"}',
    headers={"content-type": "application/json"},
    seconds=5,
    connect_seconds=2,
)


@pytest.fixture(autouse=True)
def no_kept_connections() -> Iterator[None]:
    """Leave no connection to the receiver of another test."""
    yield
    egress.door.doors.mine.close()


@pytest.fixture
def loopback(configure: Callable[..., None]) -> None:
    """Loopback is open to webhooks, as on a developer's machine."""
    configure(egress_allow=LOOPBACK)


@pytest.fixture
def receiver(loopback: None) -> Iterator[Receiver]:
    """A receiver that may be posted to."""
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def post() -> Callable[..., egress.Answer]:
    """Post something to a URL within seconds, unless told otherwise."""
    return send


@pytest.fixture
def failure() -> Callable[..., egress.Failed]:
    """Post something, and return the failure that it comes to."""

    def failure(url: str, **options: object) -> egress.Failed:
        with pytest.raises(egress.Failed) as failed:
            send(url, **options)
        return failed.value

    return failure
