"""The runner's life: load, say so, then one prediction after another until the worker is gone."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import threading

from . import failure, guardian, loading
from .cancelation import Cancelation
from .channel import Channel
from .prediction import Predictions


def serve(channel: int, control: int, reference: str) -> None:
    """Hold the predictor that `reference` names, and run it on what the channel asks for."""
    guardian.watch(control)
    cancelation = Cancelation()
    _obey(socket.socket(fileno=control), cancelation)
    worker = Channel(channel)
    predictions = _load(reference, worker, cancelation)
    if predictions is None:
        return
    for request in worker.requests():
        predictions.run(request["id"], request["input"], frozenset(request["files"]))


def _load(reference: str, worker: Channel, cancelation: Cancelation) -> Predictions | None:
    """The loaded predictor; None once the worker is told that there is none."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        predictor = loading.load(reference)
        function = loading.prediction_function(predictor)
        setup = loading.setup_function(predictor)()
        if asyncio.iscoroutine(setup):
            loop.run_until_complete(setup)
        predictions = Predictions(function, loop, worker, cancelation)
    except BaseException as raised:  # noqa: BLE001  the model's code may raise anything
        worker.send("setup_failed", error=failure.report(raised))
        return None
    failure.flush()
    worker.send("ready")
    return predictions


def _obey(control: socket.socket, cancelation: Cancelation) -> None:
    """Do what the worker says at any time, and end when it ends."""
    control.set_inheritable(False)
    threading.Thread(target=_listen, args=(control, cancelation), daemon=True).start()


def _listen(control: socket.socket, cancelation: Cancelation) -> None:
    with contextlib.suppress(OSError), control.makefile("r", encoding="utf-8") as lines:
        for line in lines:
            cancelation.request(line.rstrip("\n"))
    os.killpg(os.getpgrp(), signal.SIGKILL)
