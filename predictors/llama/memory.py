"""What happens when the device has no memory left."""

import contextlib
import gc
from collections.abc import Iterator

import torch


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
