"""A cancel stops the prediction it names while that runs, whenever its signal comes."""

import os
import signal
import threading
from collections.abc import Iterator

import pytest

from predictors.runner.cog import CancelationException
from predictors.runner.cog.server.cancelation import Cancelation, interrupt


@pytest.fixture
def cancelation() -> Iterator[Cancelation]:
    before = signal.getsignal(signal.SIGUSR1)
    yield Cancelation()
    signal.signal(signal.SIGUSR1, before)


def send_signal() -> None:
    os.kill(os.getpid(), signal.SIGUSR1)


def request_from_another_thread(cancelation: Cancelation, prediction_id: str) -> None:
    thread = threading.Thread(target=cancelation.request, args=(prediction_id,))
    thread.start()
    thread.join()


def test_the_running_prediction_is_interrupted(cancelation: Cancelation):
    cancelation.arm("a", interrupt)

    with pytest.raises(CancelationException):
        request_from_another_thread(cancelation, "a")

    assert cancelation.is_requested("a")


def test_one_that_is_yet_to_begin_is_interrupted_at_once(cancelation: Cancelation):
    cancelation.request("a")

    with pytest.raises(CancelationException):
        cancelation.arm("a", interrupt)


def test_it_is_interrupted_once(cancelation: Cancelation):
    cancelation.request("a")
    with pytest.raises(CancelationException):
        cancelation.arm("a", interrupt)

    send_signal()
    cancelation.request("a")


@pytest.mark.parametrize("armed", [None, "b"], ids=["idle", "another one"])
def test_a_late_signal_is_ignored(cancelation: Cancelation, armed: str | None):
    cancelation.arm("a", interrupt)
    cancelation.disarm("a")
    cancelation.request("a")
    if armed:
        cancelation.arm(armed, interrupt)

    send_signal()

    assert not cancelation.is_requested("b")


def test_a_shield_puts_it_off_to_its_end(cancelation: Cancelation):
    steps = []
    cancelation.arm("a", interrupt)

    def send() -> None:
        with cancelation.shield():
            request_from_another_thread(cancelation, "a")
            steps.append("whole")

    with pytest.raises(CancelationException):
        send()
    assert steps == ["whole"]


def test_a_shield_that_fails_is_down_again(cancelation: Cancelation):
    with pytest.raises(OSError, match="gone"), cancelation.shield():
        raise OSError("gone")

    cancelation.arm("a", interrupt)
    with pytest.raises(CancelationException):
        request_from_another_thread(cancelation, "a")


def test_asynchronous_code_is_told_instead(cancelation: Cancelation):
    told = []
    cancelation.arm("a", lambda: told.append("a"))

    request_from_another_thread(cancelation, "a")

    assert told == ["a"]
