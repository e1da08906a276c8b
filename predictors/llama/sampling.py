"""Choosing the next token from the scores that a model gives to all of them."""

import torch

from params import Params

GREEDY_BELOW = 1e-5  # dividing by such a temperature would overflow


class Sampler:
    """Chooses the tokens of one answer; the same scores and seed choose the same tokens."""

    def __init__(self, params: Params, ends: list[int]) -> None:
        self._params = params
        self._ends = ends
        self._written: list[int] = []
        self._generator = torch.Generator().manual_seed(params.seed % 2**64)

    def choose(self, scores: torch.Tensor) -> int:
        """The next token: penalties first, then temperature, top-k and top-p."""
        scores = self._without_ends(self._penalized(scores))
        is_greedy = self._params.temperature < GREEDY_BELOW
        token = int(scores.argmax()) if is_greedy else self._draw(scores)
        self._written.append(token)
        return token

    def _penalized(self, scores: torch.Tensor) -> torch.Tensor:
        presence, frequency = self._params.presence_penalty, self._params.frequency_penalty
        if not (presence or frequency):
            return scores
        written = torch.tensor(self._written, dtype=torch.long, device=scores.device)
        counts = written.bincount(minlength=len(scores))
        return scores - presence * (counts > 0) - frequency * counts

    def _without_ends(self, scores: torch.Tensor) -> torch.Tensor:
        if len(self._written) >= self._params.min_tokens:
            return scores
        ends = torch.tensor(self._ends, dtype=torch.long, device=scores.device)
        return scores.index_fill(0, ends, -torch.inf)

    def _draw(self, scores: torch.Tensor) -> int:
        best, tokens = scores.topk(min(self._params.top_k or len(scores), len(scores)))
        shares = torch.softmax((best - best[0]).cpu() / self._params.temperature, dim=-1)
        before = shares.cumsum(dim=-1) - shares
        shares[before > self._params.top_p] = 0
        return int(tokens[torch.multinomial(shares, 1, generator=self._generator)])
