"""The runner's life: load, say so, then run predictions until the worker is gone."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import threading
from typing import TYPE_CHECKING, Any

from . import failure, guardian, loading, logs
from .batch import Batches
from .cancelation import Cancelation
from .serial import Serial
from .tasks import Tasks

if TYPE_CHECKING:
    from collections.abc import Callable

    from .channel import Channel


def serve(worker: Channel, control: int, reference: str) -> None:
    """Hold the predictor that `reference` names, and run it on what the worker asks for."""
    guardian.watch(control)
    cancelation = Cancelation()
    _obey(socket.socket(fileno=control), cancelation)
    Session(worker, cancelation).run(reference)


class Session:
    """One predictor and the worker it runs for."""

    def __init__(self, worker: Channel, cancelation: Cancelation) -> None:
        self._worker = worker
        self._cancelation = cancelation
        self._loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self._loop)

    def run(self, reference: str) -> None:
        """Load the predictor, then run it on what the worker asks for."""
        concurrency = loading.concurrency()
        if concurrency > 1:
            logs.take_over(self._loop.call_soon_threadsafe)
        try:
            predictor = loading.load(reference)
            function = loading.prediction_function(predictor, concurrency)
            self._set_up(predictor)
        except BaseException as raised:  # noqa: BLE001  the model's code may raise anything
            self._worker.send("setup_failed", error=failure.report(raised, logs.Piped()))
            return
        logs.Piped().flush()
        self._worker.send("ready")
        if concurrency > 1:
            self._run_at_once(function)
        else:
            self._run_in_turn(predictor, function)

    def _set_up(self, predictor: Any) -> None:
        setup = loading.setup_function(predictor)()
        if asyncio.iscoroutine(setup):
            self._loop.run_until_complete(setup)

    def _run_in_turn(self, predictor: Any, function: Callable[..., Any]) -> None:
        serial = Serial(function, self._loop, self._worker, self._cancelation)
        batches = Batches(predictor, serial, self._worker, self._cancelation)
        for requests in self._worker.requests():
            batches.run(requests)

    def _run_at_once(self, function: Callable[..., Any]) -> None:
        Tasks(function, self._loop, self._worker, self._cancelation).run_for_ever()


def _obey(control: socket.socket, cancelation: Cancelation) -> None:
    """Do what the worker says at any time, and end when it ends."""
    control.set_inheritable(False)
    threading.Thread(target=_listen, args=(control, cancelation), daemon=True).start()


def _listen(control: socket.socket, cancelation: Cancelation) -> None:
    with contextlib.suppress(OSError), control.makefile("r", encoding="utf-8") as lines:
        for line in lines:
            cancelation.request(line.rstrip("\n"))
    os.killpg(os.getpgrp(), signal.SIGKILL)
