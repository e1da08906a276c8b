"""Keeps processes running: shows what they say, starts again what dies, leaves nothing behind."""

import asyncio
import os
import shlex
import signal
import sys
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import psutil
from circus.arbiter import Arbiter
from circus.watcher import Watcher
from tornado.ioloop import IOLoop

from app import clock
from tasks import output, restarts, tether

ENDPOINTS = ("inproc://hearth-control", "inproc://hearth-events")  # no port, no socket file
TICK_SECONDS = 0.2
LAST_GRACE_SECONDS = 1.5
DOUBLED_SECONDS = 0.5
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

Story = Callable[["Supervisor"], Coroutine[Any, Any, None]]
"""What happens while processes are watched over."""


def run(story: Story, *, grace: float, say: output.Say) -> None:
    """Watch over the processes a story starts; when it ends or a signal comes, all are stopped."""
    asyncio.run(_run(story, grace, say))


async def _run(story: Story, grace: float, say: output.Say) -> None:
    supervisor = Supervisor(grace, say)
    for number in STOP_SIGNALS:
        asyncio.get_running_loop().add_signal_handler(number, supervisor.interrupt)
    try:
        await supervisor.watch_while(story(supervisor))
    finally:
        await supervisor.close()


class Supervisor:
    """Circus's arbiter, driven by our own loop: one order at a time, restarts after a pause."""

    def __init__(self, grace: float, say: output.Say) -> None:
        self._grace = grace
        self._say = say
        self._lives: dict[str, restarts.Life] = {}
        self._last: set[str] = set()
        self._new: deque[Callable[[], object]] = deque()
        self._stopping = asyncio.Event()
        self._patient_until = 0.0
        self._arbiter = Arbiter(
            [], *ENDPOINTS, check_delay=-1, loop=IOLoop.current(), proc_name="hearth"
        )

    def start(self, name: str, command: Sequence[str], *, last: bool = False) -> None:
        """Start a process and keep it running; one marked last is stopped after all the others."""
        options: dict[str, Any] = {
            "copy_env": True,
            "env": {"PYTHONUNBUFFERED": "1"},
            "graceful_timeout": LAST_GRACE_SECONDS if last else self._grace,
            "respawn": False,
            "stdout_stream": {"stream": output.Lines(name, self._say)},
            "stderr_stream": {"stream": output.Lines(name, self._say)},
            "hooks": {"before_reap": (output.read_out, True), "after_reap": (self._report, True)},
        }
        self._lives[name] = restarts.Life()
        self._last |= {name} if last else set()
        self._new.append(partial(self._arbiter.add_watcher, name, _tethered(command), **options))

    async def watch_while(self, story: Coroutine[Any, Any, None]) -> None:
        """Watch over the processes until the story ends or a signal comes."""
        tether.adopt_orphans()
        await self._arbiter.start()
        watch, told = asyncio.create_task(self._watch()), asyncio.create_task(story)
        stopping = asyncio.create_task(self._stopping.wait())
        await asyncio.wait([watch, told, stopping], return_when=asyncio.FIRST_COMPLETED)
        self._stopping.set()
        told.cancel()
        await watch  # never cut short in the middle of an order to circus
        with suppress(asyncio.CancelledError):
            await told

    def interrupt(self) -> None:
        """Stop at the first signal, at once at a later one; `make` may double the first."""
        if not self._stopping.is_set():
            self._patient_until = clock.ticks() + DOUBLED_SECONDS
            self._stopping.set()
        elif clock.ticks() > self._patient_until:
            _kill_descendants()

    async def close(self) -> None:
        """Stop every process, the last ones last, and kill what outlived its own parent."""
        await self._arbiter.stop_watchers(watcher_iter_func=self._first_to_stop)
        await self._arbiter.stop()
        psutil.wait_procs(_kill_descendants(), timeout=LAST_GRACE_SECONDS)

    async def _watch(self) -> None:
        while not self._stopping.is_set():
            while self._new:
                self._new.popleft()()
            await self._arbiter.manage_watchers()
            for watcher in self._arbiter.watchers:
                await self._revive(watcher)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), TICK_SECONDS)

    async def _revive(self, watcher: Watcher) -> None:
        life, now = self._lives[watcher.name], clock.ticks()
        if not watcher.is_stopped():
            return
        if life.due is None:  # it ended unseen, between two looks
            life.end(now)
        elif life.due <= now:
            life.begin(now)
            await watcher.start()

    def _report(self, watcher: Watcher, exit_code: int, **_: Any) -> bool:
        """Tell of a process that ended by itself."""
        for stream in (watcher.stdout_stream, watcher.stderr_stream):
            stream.close()
        if watcher.is_active():
            pause = self._lives[watcher.name].end(clock.ticks())
            again = f"starting it again in {pause:.1f} s" if pause else "starting it again"
            self._say(watcher.name, f"{_end(exit_code)}; {again}")
        return True

    def _first_to_stop(self, *, reverse: bool) -> list[Watcher]:
        watchers = self._arbiter.iter_watchers(reverse=reverse)
        return [watcher for watcher in watchers if watcher.name not in self._last]


def _tethered(command: Sequence[str]) -> str:
    """The command tied to our life; `hearth` is the one beside our Python, whatever the PATH."""
    program, *arguments = command
    beside = Path(sys.executable).parent / program
    found = str(beside) if beside.exists() else program
    return shlex.join([sys.executable, "-ES", tether.__file__, str(os.getpid()), found, *arguments])


def _end(exit_code: int) -> str:
    if exit_code < 0:
        return f"killed by signal {signal.Signals(-exit_code).name}"
    return f"exited with status {exit_code}"


def _kill_descendants() -> list[psutil.Process]:
    family = psutil.Process().children(recursive=True)
    for process in family:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    return family
