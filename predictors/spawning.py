"""Starts a runner and keeps our ends of what it was given."""

import os
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

MAIN = Path(__file__).parent / "runner" / "main.py"


@dataclass(frozen=True)
class Ends:
    """One side's ends: of the messages, of the cancels, and of what is printed."""

    channel: socket.socket
    control: socket.socket
    output: FileIO

    @property
    def is_closed(self) -> bool:
        """Whether they are closed."""
        return self.output.closed

    def close(self) -> None:
        """Close all; closing twice is as good as once."""
        for end in (self.channel, self.control, self.output):
            end.close()


def spawn(
    arguments: Sequence[str], folder: Path, environment: Mapping[str, str]
) -> tuple[subprocess.Popen[bytes], Ends]:
    """Start a runner in the folder, with the rest of its arguments; its process, and our ends."""
    ours, theirs = _ends()
    try:
        process = _start(arguments, folder, environment, theirs)
    except OSError:
        ours.close()
        raise
    finally:
        theirs.close()
    return process, ours


def _ends() -> tuple[Ends, Ends]:
    channel, their_channel = socket.socketpair()
    control, their_control = socket.socketpair()
    reading, writing = os.pipe()
    ours = Ends(channel, control, FileIO(reading, "r"))
    return ours, Ends(their_channel, their_control, FileIO(writing, "w"))


def _start(
    arguments: Sequence[str], folder: Path, environment: Mapping[str, str], ends: Ends
) -> subprocess.Popen[bytes]:
    inherited = (ends.channel.fileno(), ends.control.fileno())
    return subprocess.Popen(
        [sys.executable, str(MAIN), *map(str, inherited), *arguments],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=ends.output,
        stderr=ends.output,
        pass_fds=inherited,
        start_new_session=True,
    )
