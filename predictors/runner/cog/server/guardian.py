"""Ends the runner and all that it started once the worker is gone, however busy the model is."""

from __future__ import annotations

import os
import select
import signal

DESCRIPTORS = 1024


def watch(control: int) -> None:
    """Leave a process in our group that waits for the worker's end of the socket to close.

    It is nobody's child here, so that a model that waits for its own children does not meet it.
    """
    middle = os.fork()
    if middle:
        os.waitpid(middle, 0)
        return
    if os.fork() == 0:
        _wait(control)
    os._exit(0)


def _wait(control: int) -> None:
    """Hold nothing but the socket: an open output would hide that the runner has closed it."""
    os.closerange(0, control)
    os.closerange(control + 1, DESCRIPTORS)
    hangup = select.poll()
    hangup.register(control, 0)
    hangup.poll()
    os.killpg(os.getpgrp(), signal.SIGKILL)
