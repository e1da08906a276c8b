"""transformers' continuous batching: all that touches its inside, which moves between releases."""

import threading
from collections.abc import Callable
from typing import Any, ClassVar

import torch
from transformers import ContinuousBatchingConfig, GenerationConfig, LogitsProcessorList
from transformers.generation.continuous_batching.cb_logits_processors import (
    ContinuousBatchingLogitsProcessor,
    ContinuousBatchingLogitsProcessorList,
)
from transformers.generation.continuous_batching.continuous_api import OutputRouter

import sampling
from capacity import PAGE, Capacity

Tell = Callable[[list[Any]], None]
STOP_SECONDS = 10
LARGEST_SHARE = 0.95  # of the free memory: the library refuses sizes that would take more


class Pages:
    """A model that continues many prompts in steps, in a thread of its own.

    `tell` is called there after each step, with the outputs of all that got a token or failed:
    `request_id`, `generated_tokens` so far, `is_finished()` and `error`. `gone` is called at its
    end, whatever that was.
    """

    def __init__(
        self, model: Any, ends: list[int], capacity: Capacity, tell: Tell, gone: Callable[[], None]
    ) -> None:
        self._gone = gone
        self._manager = model.init_continuous_batching(
            # Only the end is theirs: everything else is chosen by our samplers.
            GenerationConfig(do_sample=False, eos_token_id=ends),
            _config(capacity),
        )
        self._manager.logit_processor = _processors(ends)
        self._manager.output_router = _Router(tell)
        self._thread = threading.Thread(target=self._run, name="continuous batching", daemon=True)
        # Its own thread would be no daemon, and would end without a word.
        self._manager._generation_thread = self._thread  # noqa: SLF001
        self._thread.start()

    @property
    def takes_more(self) -> bool:
        """Whether it runs, and will."""
        denial = self._manager.background_thread_status.can_accept_new_requests()
        return denial is None and self._thread.is_alive()

    def add(self, request_id: str, prompt: list[int], most: int, sampler: sampling.Sampler) -> None:
        """Continue a prompt from the next step on that has room."""
        self._manager.add_request(prompt, request_id, most, streaming=True, sampler=sampler)

    def drop(self, request_id: str) -> None:
        """Forget a request before the next step; nothing more is told of it."""
        self._manager.cancel_request(request_id)

    def stop(self) -> None:
        """End the thread, and free what it held; what still runs fails."""
        self._manager.stop(timeout=STOP_SECONDS, hard_stop=True)
        # What it died of, if it did, holds on to the memory of the last step.
        self._manager.background_thread_status.fatal_error = None

    def _run(self) -> None:
        try:
            with torch.inference_mode():
                self._manager._run_generation_loop()  # noqa: SLF001  what its thread would run
        finally:
            self._gone()


class _Router(OutputRouter):
    """Hands over what a step gave in one piece, instead of by one queue for all."""

    def __init__(self, tell: Tell) -> None:
        super().__init__()
        self._tell = tell

    def deliver(self, output: Any) -> None:
        self._tell([output])

    def deliver_batch(self, outputs: list[Any]) -> None:
        self._tell(outputs)


class _Choice(ContinuousBatchingLogitsProcessor):
    """Lets each request's own sampler choose; the library then takes the highest score."""

    supported_kwargs: ClassVar = {"sampler": sampling.Sampler}
    ignored_kwargs = ()

    def __init__(self, ends: list[int]) -> None:
        self._ends = ends
        self._samplers: list[sampling.Sampler] = []

    def fill_defaults(self, int32_tensor: torch.Tensor) -> None:
        int32_tensor.zero_()

    def prepare_tensor_args(self, requests_with_new_token: list[Any]) -> torch.Tensor:
        states = [request.state for request in requests_with_new_token]
        self._samplers = [state.logit_processor_kwargs["sampler"] for state in states]
        return torch.empty(0, dtype=torch.int32)

    def __call__(self, scores: torch.Tensor, _: torch.Tensor) -> torch.Tensor:
        chosen = len(self._samplers)  # further rows belong to prompts that are not read to the end
        if chosen:
            tokens = sampling.choose(scores[:chosen], self._samplers, self._ends)
            scores[:chosen].scatter_(1, tokens, torch.inf)
        return scores


def _config(capacity: Capacity) -> ContinuousBatchingConfig:
    """Every size is given: the defaults would take most of the memory there is."""
    return ContinuousBatchingConfig(
        page_size=PAGE,
        num_blocks=capacity.pages,
        max_batch_tokens=capacity.step,
        max_requests_per_batch=capacity.answers,
        max_blocks_per_request=0,
        max_memory_percent=LARGEST_SHARE,
        # Samplers are asked between two steps, and told what came of the first.
        use_async_batching=False,
        use_cuda_graph=False,
        auto_switch_to_flash=False,
    )


def _processors(ends: list[int]) -> ContinuousBatchingLogitsProcessorList:
    processors = ContinuousBatchingLogitsProcessorList(LogitsProcessorList([_Choice(ends)]))
    processors.tensors_required = 1
    return processors
