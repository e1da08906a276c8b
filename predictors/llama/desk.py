"""Between the event loop, where answers are read, and the thread in which they are written."""

import asyncio
import contextlib
import itertools
from collections.abc import Callable
from typing import Any

import memory
from capacity import Capacity
from paged import Pages
from sampling import Sampler


class EngineLost(Exception):
    """The engine ended before the answer did."""


class Request:
    """One answer that is being written; all but the thread's work on it is in the event loop."""

    def __init__(self, request_id: str, ends: frozenset[int]) -> None:
        self.id = request_id
        self.is_over = False
        self._ends = ends
        self._tokens: list[int] = []
        self._read = 0
        self._error: str | None = None
        self._news = asyncio.Event()

    def tell(self, output: Any) -> None:
        """All tokens so far, and whether these are all."""
        self._tokens = output.generated_tokens
        self._error = output.error
        self.is_over = output.is_finished()
        self._news.set()

    def fail(self, reason: str) -> None:
        """There will be no more tokens; what was told before stands."""
        if not self.is_over:
            self._error = reason
            self.is_over = True
            self._news.set()

    async def more(self) -> list[int]:
        """The next tokens; none once the answer has come to its end."""
        while True:
            if self._error is not None:
                raise _failure(self._error)
            unread = [token for token in self._tokens[self._read :] if token not in self._ends]
            self._read = len(self._tokens)
            if unread or self.is_over:
                return unread
            self._news.clear()
            await self._news.wait()


class Desk:
    """Takes requests, and hands out what each step gave them, once a step; opened once."""

    def __init__(self, model: Any, ends: list[int], capacity: Capacity) -> None:
        self.has_served = False
        self._ends = frozenset(ends)
        self._requests: dict[str, Request] = {}
        self._ids = map(str, itertools.count())
        self._loop = asyncio.get_running_loop()
        self._pages = Pages(model, ends, capacity, tell=self._tell, gone=self._gone)

    @property
    def is_open(self) -> bool:
        """Whether requests are taken; not any more once the thread has ended, or is about to."""
        return self._pages.takes_more

    def ask(self, prompt: list[int], most: int, sampler: Sampler) -> Request:
        """Have an answer written, of so many tokens at most."""
        request = Request(next(self._ids), self._ends)
        self._requests[request.id] = request
        self._pages.add(request.id, prompt, most, sampler)
        if not self.is_open:  # it may have ended without having seen this one
            request.fail("it has just ended")
        return request

    def forget(self, request: Request) -> None:
        """Have nothing more written."""
        del self._requests[request.id]
        if not request.is_over:
            self._pages.drop(request.id)

    def close(self) -> None:
        """End the thread; who still waits gets an error."""
        self._pages.stop()

    def _tell(self, outputs: list[Any]) -> None:
        self._in_loop(self._hand_out, outputs)

    def _gone(self) -> None:
        self._in_loop(self._fail_all)

    def _in_loop(self, function: Callable[..., None], *arguments: Any) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody reads any more
            self._loop.call_soon_threadsafe(function, *arguments)

    def _hand_out(self, outputs: list[Any]) -> None:
        for output in outputs:
            self.has_served = self.has_served or output.error is None
            if request := self._requests.get(output.request_id):
                request.tell(output)

    def _fail_all(self) -> None:
        for request in self._requests.values():
            request.fail("its thread is gone")


def _failure(error: str) -> Exception:
    if "out of memory" in error:
        return memory.OutOfMemory()
    return EngineLost(f"The engine ended before the answer did: {error}")
