"""Environments of the peers: each has its own, made once and kept beside the bench."""

import subprocess
import sys
import venv
from pathlib import Path

PEERS = Path(__file__).with_name("peers")
ENVIRONMENTS = Path(__file__).with_name(".environments")
INSTALL_SECONDS = 600


def python(peer: str) -> Path:
    """The interpreter of a peer's environment, with what `peers/PEER.txt` asks for in it."""
    asked, folder = PEERS / f"{peer}.txt", ENVIRONMENTS / peer
    interpreter, done = folder / "bin" / "python", folder / asked.name
    if not done.is_file() or done.read_text() != asked.read_text():
        print(f"installing {peer} into {folder}", file=sys.stderr, flush=True)
        venv.create(folder, clear=True, with_pip=True)
        command = [interpreter, "-m", "pip", "install", "--quiet", "--requirement", asked]
        subprocess.run(list(map(str, command)), check=True, timeout=INSTALL_SECONDS)
        done.write_text(asked.read_text())
    return interpreter
