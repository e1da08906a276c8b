"""Runs predictions one at a time, each to an end that is told whatever the model's code does."""

from __future__ import annotations

import contextlib
import functools
import inspect
import io
from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator
from typing import TYPE_CHECKING, Any

from .. import scope
from . import failure
from .cancelation import interrupt
from .inputs import Inputs
from .reply import Reply

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from .cancelation import Cancelation
    from .channel import Channel


class Predictions:
    """A loaded predictor's function at work."""

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
        self._worker = worker
        self._cancelation = cancelation

    def run(self, prediction_id: str, values: dict[str, Any], files: frozenset[str]) -> None:
        """Run one prediction; one that was asked to stop counts as canceled however it ended."""
        reply = Reply(prediction_id, scope.enter().metrics, self._worker, self._cancelation)
        failed = None
        try:
            self._call(prediction_id, self._inputs.arguments(values, files), reply)
        except BaseException as raised:  # noqa: BLE001  the model's code may raise anything
            failed = raised
        if self._cancelation.is_requested(prediction_id):
            reply.end("canceled")
        elif failed is not None:
            reply.end("failed", failure.report(failed))
        else:
            reply.end("succeeded")

    def _call(self, prediction_id: str, arguments: dict[str, Any], reply: Reply) -> None:
        try:
            self._cancelation.arm(prediction_id, interrupt)
            result = self._function(**arguments)
            if inspect.isawaitable(result) or isinstance(result, AsyncIterator):
                self._await(prediction_id, _tell_awaited(result, reply))
            else:
                _tell(result, reply)
        finally:
            self._cancelation.disarm()
            reply.metrics()

    def _await(self, prediction_id: str, telling: Any) -> None:
        """Run asynchronous code, where a cancel is told to the task instead of raised anywhere."""
        # Between the two arms no cancel may leave a task behind that runs with the next prediction.
        self._cancelation.disarm()
        task = self._loop.create_task(telling)
        stop = functools.partial(self._loop.call_soon_threadsafe, task.cancel)
        self._cancelation.arm(prediction_id, stop)
        self._loop.run_until_complete(task)


def _tell(result: Any, reply: Reply) -> None:
    """Pass on what a function returned, or yields."""
    if not isinstance(result, Iterator) or isinstance(result, io.IOBase):
        reply.whole(result)
        return
    with contextlib.ExitStack() as stack:
        if isinstance(result, Generator):
            stack.enter_context(contextlib.closing(result))
        for piece in result:
            reply.piece(piece)
    reply.end_pieces()


async def _tell_awaited(result: Any, reply: Reply) -> None:
    """Pass on what asynchronous code returns, or yields."""
    if inspect.isawaitable(result):
        result = await result
    if not isinstance(result, AsyncIterator):
        _tell(result, reply)
        return
    async with contextlib.AsyncExitStack() as stack:
        if isinstance(result, AsyncGenerator):
            await stack.enter_async_context(contextlib.aclosing(result))
        async for piece in result:
            reply.piece(piece)
    reply.end_pieces()
