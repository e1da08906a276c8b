"""The vLLM engine, for machines with CUDA that have the package; it computes in its own process."""

import contextlib
import importlib.util
import os
import uuid
from collections.abc import AsyncGenerator
from typing import Any

import torch

from params import Params


def is_usable() -> bool:
    """Whether the package is installed and finds a GPU."""
    return importlib.util.find_spec("vllm") is not None and torch.cuda.is_available()


def wishes(params: Params, room: int) -> dict[str, Any]:
    """What vLLM calls the wishes of one caller, with so much room left in the context."""
    is_greedy = params.top_p == 0 or params.top_k == 1
    return {
        "min_tokens": min(params.min_tokens, room),
        "max_tokens": min(params.max_tokens, room),
        "temperature": 0.0 if is_greedy else params.temperature,
        "top_p": params.top_p or 1.0,
        "top_k": params.top_k or -1,
        "presence_penalty": params.presence_penalty,
        "frequency_penalty": params.frequency_penalty,
        "seed": params.seed % 2**63,
        "detokenize": False,  # our decoder makes text of tokens, and finds the stop sequences
    }


class Vllm:
    """Hands prompts to vLLM, and passes on what it writes."""

    name = "vllm"

    def __init__(self, source: str, ends: list[int], concurrency: int) -> None:
        # Forked, its process would inherit our threads' locks.
        os.environ.setdefault("VLLM_WORKER_MULTIPROC_METHOD", "spawn")  # noqa: TID251  its own
        from vllm.engine.arg_utils import AsyncEngineArgs  # noqa: PLC0415  rarely installed
        from vllm.v1.engine.async_llm import AsyncLLM  # noqa: PLC0415

        self._ends = frozenset(ends)
        self._llm = AsyncLLM.from_engine_args(
            AsyncEngineArgs(
                model=source,
                dtype="auto",
                load_format="safetensors",
                max_model_len=-1,  # the checkpoint's context, or as much of it as memory holds
                max_num_seqs=concurrency,
                disable_log_stats=True,
            )
        )
        self.device = f"cuda as {self._llm.model_config.dtype}"
        self.context = int(self._llm.model_config.max_model_len)

    async def tokens(self, prompt: list[int], params: Params) -> AsyncGenerator[list[int], None]:
        """What each of its steps gives; closing it has vLLM abort the request."""
        from vllm import SamplingParams, TokensPrompt  # noqa: PLC0415  rarely installed
        from vllm.sampling_params import RequestOutputKind  # noqa: PLC0415

        sampling = SamplingParams(
            **wishes(params, self.context - len(prompt)), output_kind=RequestOutputKind.DELTA
        )
        question = TokensPrompt(prompt_token_ids=prompt)
        outputs = self._llm.generate(question, sampling, request_id=uuid.uuid4().hex)
        async with contextlib.aclosing(outputs):
            async for output in outputs:
                written = output.outputs[0].token_ids
                if tokens := [token for token in written if token not in self._ends]:
                    yield tokens

    def close(self) -> None:
        """End vLLM's process."""
        self._llm.shutdown()
