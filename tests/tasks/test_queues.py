"""Messages over a real Redis, also one that hangs."""

import signal
import threading
import time

import pytest

from app import breaker, live, queues
from config.queues import CANCEL_COMMAND

CALLERS = 60
TIME_OUT = queues.ANSWER_SECONDS


@pytest.fixture
def hanging(redis_process):
    """A Redis that accepts connections and says nothing, after it did."""
    assert all(at_once(send))
    redis_process.send_signal(signal.SIGSTOP)
    return redis_process


def send():
    return queues.predict("one", queue="cpu", model="lab/echo")


def at_once(act):
    """What many callers at the same time get."""
    answers = []
    callers = [
        threading.Thread(target=lambda: answers.append(act()), daemon=True) for _ in range(CALLERS)
    ]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join(10 * TIME_OUT)
    assert len(answers) == CALLERS
    return answers


@pytest.mark.parametrize(
    "act",
    [send, lambda: queues.cancel("one"), lambda: live.announce_end("one")],
    ids=["send", "cancel", "end"],
)
def test_a_broker_that_hangs_costs_all_callers_one_time_out(hanging, act):
    began = time.monotonic()

    answers = at_once(act)
    took = time.monotonic() - began

    assert not any(answers)
    assert took < 1.5 * TIME_OUT


def test_after_one_failure_nobody_waits(hanging):
    live.announce_end("one")
    began = time.monotonic()

    at_once(send)
    at_once(lambda: queues.cancel("one"))

    assert time.monotonic() - began < TIME_OUT / 2


def test_the_broker_is_tried_again_after_the_pause(hanging):
    assert not send()
    hanging.send_signal(signal.SIGCONT)
    until = time.monotonic() + breaker.PAUSE_SECONDS + TIME_OUT

    while not (is_sent := send()) and time.monotonic() < until:
        threading.Event().wait(0.05)

    assert is_sent


def test_a_restarted_broker_takes_the_first_message(redis_process):
    assert all(at_once(send))
    live.client().client_kill_filter(_type="normal")

    assert all(at_once(send))


def test_a_full_broker_takes_no_message(redis_process):
    live.client().config_set("maxmemory", 1)

    assert not send()


def test_every_worker_hears_a_cancel(redis_process):
    heard = []
    with queues.sender().connection_for_read() as connection:
        mailbox = queues.sender().control.mailbox(connection)
        node = mailbox.Node("worker", channel=connection.default_channel)
        node.handlers[CANCEL_COMMAND] = lambda _, prediction_id: heard.append(prediction_id)
        node.listen()
        connection.drain_events(timeout=5)  # that it has subscribed

        at_once(lambda: queues.cancel("one"))
        while len(heard) < CALLERS:
            connection.drain_events(timeout=5)

    assert heard == ["one"] * CALLERS
