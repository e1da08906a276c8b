"""Runs many predictions at once, each as a task of one event loop."""

from __future__ import annotations

import functools
import threading
from typing import TYPE_CHECKING, Any

from .. import scope
from . import logs
from .channel import pack
from .inputs import Inputs
from .prediction import Prediction

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from .cancelation import Cancelation
    from .channel import Channel


class Tasks:
    """A loaded predictor's asynchronous function at work on many predictions."""

    def __init__(
        self,
        function: Callable[..., Any],
        loop: asyncio.AbstractEventLoop,
        worker: Channel,
        cancelation: Cancelation,
    ) -> None:
        self._function = function
        self._inputs = Inputs(function)
        self._loop = loop
        self._requests = worker.requests()
        self._worker: Any = _Gathered(worker, loop)
        self._cancelation = cancelation
        self._running: set[asyncio.Task[None]] = set()

    def run_for_ever(self) -> None:
        """Run what the worker asks for until it is gone."""
        threading.Thread(target=self._receive, name="requests", daemon=True).start()
        self._loop.run_forever()

    def _receive(self) -> None:
        for requests in self._requests:
            for request in requests:
                self._loop.call_soon_threadsafe(self._begin, request)
        self._loop.call_soon_threadsafe(self._loop.stop)

    def _begin(self, request: dict[str, Any]) -> None:
        prediction = Prediction(request, self._worker, self._cancelation, is_alone=False)
        task = self._loop.create_task(self._run(prediction))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        # Not before it runs: a task that is canceled earlier would end without a word.
        self._loop.call_soon(self._arm, prediction, task)

    def _arm(self, prediction: Prediction, task: asyncio.Task[None]) -> None:
        if not task.done():
            stop = functools.partial(self._loop.call_soon_threadsafe, task.cancel)
            self._cancelation.arm(prediction.id, stop)

    async def _run(self, prediction: Prediction) -> None:
        scope.enter(prediction.scope)
        logs.listening.set((prediction.log,))
        with prediction.ending():
            await prediction.tell_awaited(self._function(**prediction.arguments(self._inputs)))


class _Gathered:
    """Sends what one turn of the loop says in one piece."""

    def __init__(self, worker: Channel, loop: asyncio.AbstractEventLoop) -> None:
        self.outbox = worker.outbox
        self._worker = worker
        self._loop = loop
        self._packed: list[bytes] = []

    def send(self, kind: str, **facts: Any) -> None:
        """Tell the worker something, soon."""
        packed = pack({"kind": kind, **facts}, what=kind)
        if not self._packed:
            self._loop.call_soon(self._flush)
        self._packed.append(packed)

    def _flush(self) -> None:
        packed, self._packed = self._packed, []
        self._worker.pass_on(b"".join(packed))
