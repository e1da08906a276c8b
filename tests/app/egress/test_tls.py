import shlex
import shutil
import socket
import ssl
import subprocess
import threading
import time

import pytest

from app import egress
from app.egress import wire
from tests.receiver import Receiver

HEAD = b"HTTP/1.1 200 OK\r\n"


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    """A function that makes a self-signed certificate for a name."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    folder = tmp_path_factory.mktemp("certificates")

    def certificate(name: str) -> str:
        file = str(folder / f"{name}.pem")
        command = f"""openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2
            -subj /CN={name} -addext subjectAltName=DNS:{name} -keyout {file} -out {file}"""
        subprocess.run(shlex.split(command), check=True, capture_output=True)
        return file

    return certificate


@pytest.fixture
def trusting(monkeypatch):
    """Trust a certificate, as an operator makes a machine do."""

    def trust(file: str) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", file)
        wire.trust.cache_clear()

    yield trust
    wire.trust.cache_clear()


def _secure_receiver(file: str) -> Receiver:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return Receiver(tls=context)


def test_tls_is_spoken_with_whom_the_machine_trusts(post, loopback, certificates, trusting):
    file = certificates("localhost")
    trusting(file)

    with _secure_receiver(file) as receiver:
        url = f"https://localhost:{receiver.port}/"
        statuses = [post(url).status for _ in range(2)]

    assert statuses == [200, 200]
    assert receiver.connections == 1


def test_tls_meets_the_same_deadline_and_cut(failure, loopback, certificates, trusting):
    file = certificates("localhost")
    trusting(file)
    line = egress.Line()

    with _secure_receiver(file) as receiver:
        receiver.answer(raw=[HEAD, *[b"x"] * 999], pause=0.02, times=2)
        url = f"https://localhost:{receiver.port}/"
        late = failure(url, seconds=0.4)
        cutter = threading.Thread(target=lambda: (receiver.wait_for(2), line.cut()))
        cutter.start()
        started = time.monotonic()
        cut = failure(url, line=line)
        cutter.join()

    assert (late.kind, cut.kind) == ("timeout", "cut")
    assert time.monotonic() - started < 2


@pytest.mark.parametrize("name", ["localhost", "elsewhere.example"])
def test_a_certificate_that_does_not_prove_the_host_fails(
    failure, loopback, certificates, trusting, name
):
    trusting(certificates("elsewhere.example"))

    with _secure_receiver(certificates(name)) as receiver:
        failed = failure(f"https://localhost:{receiver.port}/")

    assert failed.kind == "tls"
    assert receiver.requests == []


def test_garbage_for_tls_fails_and_nothing_is_sent_in_clear(failure, receiver):
    failed = failure(receiver.url.replace("http:", "https:"))

    assert failed.kind == "tls"
    assert receiver.requests == []


def test_a_handshake_that_hangs_meets_the_deadline(failure, loopback):
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        failed = failure(f"https://127.0.0.1:{deaf.getsockname()[1]}/", seconds=0.3)

    assert failed.kind == "timeout"
