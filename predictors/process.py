"""One runner process seen from outside: its messages, what it prints, how it ends.

Standard output and error are one pipe that is read here, not in the runner: what C code, child
processes and a crash print is caught too, a flood waits in the pipe, and all that was printed
before a message was sent is in the pipe when the message arrives.
"""

import contextlib
import fcntl
import os
import select
import signal
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Container, Mapping, Sequence
from pathlib import Path
from typing import Any

from predictors import inbox, spawning
from predictors.inbox import Inbox

SEND_SECONDS = 30
EXIT_SECONDS = 1
KILL_SECONDS = 10
EXIT_POLL_SECONDS = 0.002
SIGNALS = {number.value: number.name for number in signal.Signals}

Reading = tuple[bytes, list[dict[str, Any]]]


class Gone(Exception):
    """The process has ended, or was ended; the reason is for people to read."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Process:
    """A runner in a process group of its own; read by one thread, asked, told and ended by any."""

    def __init__(
        self, arguments: Sequence[str], *, folder: Path, environment: Mapping[str, str]
    ) -> None:
        try:
            self._popen, self._ends = spawning.spawn(arguments, folder, environment)
        except OSError as error:
            raise Gone(f"could not be started: {error}") from error
        self._ends.channel.settimeout(SEND_SECONDS)
        self._ends.control.settimeout(0)
        self._poll = select.poll()
        self._poll.register(self._ends.channel, select.POLLIN)
        self._poll.register(self._ends.output, select.POLLIN)
        self._inbox = Inbox(self._ends.channel)
        self._reason: str | None = None
        self._sending, self._telling, self._ending = (threading.Lock() for _ in range(3))

    @property
    def pid(self) -> int:
        """The process's id, and its group's."""
        return self._popen.pid

    @property
    def is_alive(self) -> bool:
        """Whether it runs."""
        return self._reason is None and _exit(self.pid) is None

    def send(self, message: bytes) -> None:
        """Ask for something; that nobody listens any more is told by `read`."""
        with self._sending:
            try:
                self._ends.channel.sendall(message)
            except TimeoutError:
                self.end("took no input")
            except OSError:
                return

    def tell(self, line: str) -> None:
        """Say something that is heard at any time, from any thread."""
        with self._telling, contextlib.suppress(OSError):
            self._ends.control.send(f"{line}\n".encode())

    def read(self, timeout: float) -> Reading:
        """What was printed, then what was said after it; nothing once the time is up."""
        if self._ends.is_closed:
            raise Gone(self._reason or "closed")
        ready = {descriptor for descriptor, _ in self._poll.poll(timeout * 1000)}
        messages = self._receive(ready)
        # Read last: it holds all that was printed before these messages were sent.
        printed = self._drain(ready)
        if messages is None and not printed:
            raise Gone(self._reason or "closed")
        return printed, messages or []

    def end(self, reason: str) -> None:
        """Kill the process group; the first reason is the one that readers are given."""
        with self._ending:
            if self._reason is not None:
                return
            self._reason = reason
            # Before the wait: until then nobody else can be given this process group's number.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._popen.wait(KILL_SECONDS)

    def close(self) -> None:
        """Close our ends; called by the thread that reads, after `end`."""
        with self._sending, self._telling:
            self._ends.close()

    def _receive(self, ready: set[int]) -> list[dict[str, Any]] | None:
        """The messages that are complete; None, and the process ended, where none will come."""
        try:
            if self._ends.channel.fileno() in ready:
                return self._inbox.receive()
        except inbox.Unreadable as error:
            self.end(str(error))
        except EOFError:
            self.end(_cause(self.pid))
        else:
            if ready or self.is_alive:
                return []
            self.end(_cause(self.pid))
        return None

    def _drain(self, ready: Container[int]) -> bytes:
        """What is in the pipe by now, and no more: a flood must not keep messages waiting."""
        size = fcntl.ioctl(self._ends.output, termios.FIONREAD, struct.pack("i", 0))
        (count,) = struct.unpack("i", size)
        if not count and self._ends.output.fileno() in ready:  # nobody can write any more
            self._poll.unregister(self._ends.output)
        return self._ends.output.read(count) or b"" if count else b""


def _cause(pid: int) -> str:
    """Why it is over; a process is seen to exit a little later than its socket to close."""
    deadline = time.monotonic() + EXIT_SECONDS
    while time.monotonic() < deadline and not _exit(pid):
        time.sleep(EXIT_POLL_SECONDS)
    return _exit(pid) or "closed its connection"


def _exit(pid: int) -> str | None:
    """How it exited, leaving it to be waited for; None while it runs."""
    try:
        ended = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return "ended"
    if ended is None:
        return None
    if ended.si_code == os.CLD_EXITED:
        return f"exited with status {ended.si_status}"
    return f"killed by signal {SIGNALS.get(ended.si_status, ended.si_status)}"
