"""Many clients at once, in a few processes: one interpreter lock would hold them all up."""

import multiprocessing
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from typing import Self

PROCESSES, THREADS = 4, 4

Call = Callable[[], object]
MakeCall = Callable[[], Call]


class Crowd:
    """Sixteen clients that each call again as soon as they are answered."""

    def __init__(self, make_call: MakeCall) -> None:
        self._make_call = make_call
        self._processes: list[multiprocessing.context.SpawnProcess] = []
        self._ends: list[Connection] = []

    def __enter__(self) -> Self:
        spawn = multiprocessing.get_context("spawn")
        for _ in range(PROCESSES):
            ours, theirs = spawn.Pipe()
            process = spawn.Process(target=_be_clients, args=(self._make_call, theirs), daemon=True)
            process.start()
            theirs.close()
            self._ends.append(ours)
            self._processes.append(process)
        return self

    def __exit__(self, *_: object) -> None:
        for end in self._ends:
            end.close()
        for process in self._processes:
            process.join()

    def calls_per_second(self, seconds: float) -> float:
        """How many calls are answered each second, of all clients together."""
        for end in self._ends:
            end.send(seconds)
        answered: int = sum(end.recv() for end in self._ends)
        return answered / seconds


def _be_clients(make_call: MakeCall, end: Connection) -> None:
    calls = [make_call() for _ in range(THREADS)]
    with ThreadPoolExecutor(THREADS) as threads:
        while (seconds := _next(end)) is not None:
            until = time.monotonic() + seconds
            counts = threads.map(_count, calls, [until] * THREADS)
            end.send(sum(counts))


def _next(end: Connection) -> float | None:
    try:
        seconds: float = end.recv()
    except EOFError:
        return None
    return seconds


def _count(call: Call, until: float) -> int:
    """How many calls are answered until then."""
    count = 0
    while True:
        call()
        if time.monotonic() > until:
            return count
        count += 1
