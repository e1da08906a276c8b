"""One prediction: what it was asked, what it says, and an end that is told whatever happens."""

from __future__ import annotations

import contextlib
import inspect
import io
from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator
from typing import TYPE_CHECKING, Any

from ..scope import Scope
from . import failure
from .logs import Log, Piped, Sent
from .reply import Reply

if TYPE_CHECKING:
    from .cancelation import Cancelation
    from .channel import Channel
    from .inputs import Inputs


class Prediction:
    """One request on its way to its end."""

    def __init__(
        self,
        request: dict[str, Any],
        worker: Channel,
        cancelation: Cancelation,
        *,
        is_alone: bool,
    ) -> None:
        self.id: str = request["id"]
        self.log: Log = Piped() if is_alone else Sent(self._send_log)
        self.scope = Scope(self.log.write)
        self.reply = Reply(self.id, self.scope.metrics, worker, cancelation)
        self._request = request
        self._cancelation = cancelation

    def arguments(self, inputs: Inputs) -> dict[str, Any]:
        """What the predictor's function is called with."""
        return inputs.arguments(self._request["input"], frozenset(self._request["files"]))

    @contextlib.contextmanager
    def ending(self) -> Iterator[None]:
        """End it as the block ends; one that was asked to stop is canceled however it ended."""
        failed = None
        try:
            try:
                yield
            finally:
                self._cancelation.disarm(self.id)
                self.reply.metrics()
        except BaseException as raised:  # noqa: BLE001  the model's code may raise anything
            failed = raised
        if self._cancelation.is_requested(self.id):
            self.end("canceled")
        elif failed is not None:
            self.end("failed", failure.report(failed, self.log))
        else:
            self.end("succeeded")

    def end(self, status: str, error: str | None = None) -> None:
        """Tell how it ended, once all that it printed is on its way."""
        self.log.flush()
        self.reply.end(status, error)

    def tell(self, result: Any) -> None:
        """Pass on what a function returned, or yields."""
        if not isinstance(result, Iterator) or isinstance(result, io.IOBase):
            self.reply.whole(result)
            return
        with contextlib.ExitStack() as stack:
            if isinstance(result, Generator):
                stack.enter_context(contextlib.closing(result))
            for piece in result:
                self.reply.piece(piece)
        self.reply.end_pieces()

    async def tell_awaited(self, result: Any) -> None:
        """Pass on what asynchronous code returns, or yields."""
        if inspect.isawaitable(result):
            result = await result
        if not isinstance(result, AsyncIterator):
            self.tell(result)
            return
        async with contextlib.AsyncExitStack() as stack:
            if isinstance(result, AsyncGenerator):
                await stack.enter_async_context(contextlib.aclosing(result))
            async for piece in result:
                self.reply.piece(piece)
        self.reply.end_pieces()

    def _send_log(self, text: str) -> None:
        self.reply.log(text)
