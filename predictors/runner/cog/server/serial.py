"""Runs predictions one at a time."""

from __future__ import annotations

import contextlib
import functools
import inspect
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from .. import scope
from . import logs
from .cancelation import interrupt
from .inputs import Inputs
from .prediction import Prediction

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from .cancelation import Cancelation
    from .channel import Channel


class Serial:
    """A loaded predictor's function at work on one prediction."""

    def __init__(
        self,
        function: Callable[..., Any],
        loop: asyncio.AbstractEventLoop,
        worker: Channel,
        cancelation: Cancelation,
    ) -> None:
        self._function = function
        self.inputs = Inputs(function)
        self._loop = loop
        self._worker = worker
        self._cancelation = cancelation

    def run(self, request: dict[str, Any], *, is_alone: bool = True) -> None:
        """Run one prediction to its end; where others wait for theirs, it is not alone."""
        prediction = Prediction(request, self._worker, self._cancelation, is_alone=is_alone)
        scope.enter(prediction.scope)
        heard = contextlib.nullcontext() if is_alone else logs.heard_by(prediction.log)
        with prediction.ending(), heard:
            self._call(prediction)

    def _call(self, prediction: Prediction) -> None:
        arguments = prediction.arguments(self.inputs)
        self._cancelation.arm(prediction.id, interrupt)
        result = self._function(**arguments)
        if inspect.isawaitable(result) or isinstance(result, AsyncIterator):
            self._await(prediction, result)
        else:
            prediction.tell(result)

    def _await(self, prediction: Prediction, result: Any) -> None:
        """Run asynchronous code, where a cancel is told to the task instead of raised anywhere."""
        # Between the two arms no cancel may leave a task behind that runs with the next prediction.
        self._cancelation.disarm(prediction.id)
        task = self._loop.create_task(prediction.tell_awaited(result))
        stop = functools.partial(self._loop.call_soon_threadsafe, task.cancel)
        self._cancelation.arm(prediction.id, stop)
        self._loop.run_until_complete(task)
