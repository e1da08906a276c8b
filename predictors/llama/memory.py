"""What becomes of memory: kept from step to step, and freed where there is none left."""

import contextlib
import ctypes
import gc
from collections.abc import Iterator

import torch

TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3  # as in malloc.h


class OutOfMemory(Exception):
    """The device has no memory left for this."""

    def __init__(self) -> None:
        super().__init__(
            "The GPU has too little memory left for this; send a shorter prompt, ask for fewer "
            "max_tokens, or try again when less is running."
        )


@contextlib.contextmanager
def freed_when_out() -> Iterator[None]:
    """Have what a failed step had taken free for the next one, and say plainly why it failed."""
    try:
        yield
    except torch.OutOfMemoryError as error:
        error.__traceback__ = None  # its frames hold on to the tensors
        gc.collect()
        torch.cuda.empty_cache()
        raise OutOfMemory from error


def keep_between_steps() -> None:
    """Have glibc keep what a step on the CPU frees: the next one takes as much again.

    Given back and taken anew, page by page, it was a fifth of the time of 32 answers.
    """
    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallopt"):
        libc.mallopt(TRIM_THRESHOLD, 256 << 20)
        libc.mallopt(MMAP_THRESHOLD, 32 << 20)
