"""The NVIDIA GPUs a model's process would see, and the memory that is free on them."""

import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass

from config import environment

PATIENCE_SECONDS = 20  # a driver that was idle takes seconds to wake
MIB = 2**20
PARTITION = "MIG-"


class NoGpu(Exception):
    """There is no GPU to be had; the message says why, and what to do."""


@dataclass(frozen=True)
class Gpu:
    """One device; what is free is None where its driver does not tell."""

    index: str
    uuid: str
    free_bytes: int | None


def visible() -> list[Gpu]:
    """The GPUs that CUDA would use here; raises NoGpu where there is none."""
    chosen = environment.passed_on().get("CUDA_VISIBLE_DEVICES")
    found = parse(_ask())
    if not found:
        raise NoGpu("nvidia-smi knows of no GPU; have the driver and the card looked at.")
    seen = select(found, chosen)
    if not seen:
        raise NoGpu(f"CUDA_VISIBLE_DEVICES is {chosen!r}, which leaves none of {len(found)} GPUs.")
    return seen


def free_bytes(found: Iterable[Gpu]) -> int | None:
    """What is free on all of them together; None where one does not tell."""
    free = [gpu.free_bytes for gpu in found]
    known = [each for each in free if each is not None]
    return sum(known) if len(known) == len(free) else None


def parse(answer: str) -> list[Gpu]:
    """What nvidia-smi says of index, UUID and free MiB, one line a device."""
    rows = ([cell.strip() for cell in line.split(",")] for line in answer.splitlines())
    return [
        Gpu(row[0], row[1], int(row[2]) * MIB if row[2].isdigit() else None)
        for row in rows
        if len(row) == 3  # noqa: PLR2004  the three columns that were asked for
    ]


def select(found: list[Gpu], chosen: str | None) -> list[Gpu]:
    """Those that CUDA_VISIBLE_DEVICES names, by index or a UUID's beginning, up to a wrong one."""
    if chosen is None:
        return found
    seen = []
    for name in (part.strip() for part in chosen.split(",")):
        named = _named(found, name)
        if named is None:
            break
        seen.append(named)
    return seen


def _named(found: list[Gpu], name: str) -> Gpu | None:
    if name.startswith(PARTITION):
        return Gpu(name, name, None)
    for gpu in found:
        if name == gpu.index or (name.startswith("GPU-") and gpu.uuid.startswith(name)):
            return gpu
    return None


def _ask() -> str:
    program = shutil.which("nvidia-smi")
    if not program:
        raise NoGpu("there is no NVIDIA driver on this machine; nvidia-smi is not found.")
    query = [program, "--query-gpu=index,uuid,memory.free", "--format=csv,noheader,nounits"]
    try:
        done = subprocess.run(
            query, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise NoGpu(f"the NVIDIA driver does not answer ({error}); run nvidia-smi.") from error
    return done.stdout
