"""Choosing the next token from the scores that a model gives to all of them."""

import collections

import torch

from params import Params

GREEDY_BELOW = 1e-5  # dividing by such a temperature would overflow
DRAWS = 64  # at once: one by one they would cost a hundredth of a small model's time


class Sampler:
    """What one answer wishes and has so far; the same scores and seed choose the same tokens."""

    def __init__(self, params: Params) -> None:
        self._params = params
        self._length = 0
        self._uses: collections.Counter[int] = collections.Counter()
        self._generator = torch.Generator().manual_seed(params.seed % 2**64)
        self._draws: list[float] = []
        self.is_penalized = bool(params.presence_penalty or params.frequency_penalty)
        self._is_greedy = params.temperature < GREEDY_BELOW

    @property
    def width(self) -> int:
        """Among how many of the likeliest tokens it chooses; 0 for all."""
        return 1 if self._is_greedy else self._params.top_k

    @property
    def may_not_end(self) -> bool:
        """Whether there are fewer tokens than there must be."""
        return self._length < self._params.min_tokens

    def penalize(self, scores: torch.Tensor) -> None:
        """Subtract from the scores of tokens that were used before."""
        if self._uses:
            used = torch.tensor(list(self._uses), device=scores.device)
            counts = torch.tensor(list(self._uses.values()), device=scores.device)
            params = self._params
            scores[used] -= params.presence_penalty + params.frequency_penalty * counts

    def controls(self) -> tuple[float, float, float, float]:
        """Temperature, top-k, top-p and the random number that decides."""
        if self._is_greedy:
            return 1.0, 1, 1.0, 0.0
        if not self._draws:
            self._draws = torch.rand(DRAWS, generator=self._generator).tolist()
        return self._params.temperature, self._params.top_k, self._params.top_p, self._draws.pop()

    def note(self, token: int) -> None:
        """This token was chosen."""
        self._length += 1
        if self.is_penalized:
            self._uses[token] += 1


def choose(scores: torch.Tensor, samplers: list[Sampler], ends: list[int]) -> torch.Tensor:
    """A token for each row of the scores, as its sampler wishes; the scores are changed.

    All rows go the same way at once: the choice in one depends on no other, nor on how many.
    """
    for row in (row for row, sampler in enumerate(samplers) if sampler.is_penalized):
        samplers[row].penalize(scores[row])
    _forbid(ends, scores, [row for row, sampler in enumerate(samplers) if sampler.may_not_end])
    best, tokens = scores.topk(_widest(samplers, scores.shape[-1]))
    controls = torch.tensor([sampler.controls() for sampler in samplers], device=scores.device)
    places = _draw(best, *controls.T.unsqueeze(-1))
    chosen = tokens.gather(1, places)
    for sampler, token in zip(samplers, chosen.flatten().tolist(), strict=True):
        sampler.note(token)
    return chosen


def _forbid(tokens: list[int], scores: torch.Tensor, rows: list[int]) -> None:
    if rows:
        at = torch.tensor(rows, device=scores.device).unsqueeze(-1)
        scores[at, torch.tensor(tokens, device=scores.device)] = -torch.inf


def _widest(samplers: list[Sampler], everything: int) -> int:
    return min(everything, max(sampler.width or everything for sampler in samplers))


def _draw(
    best: torch.Tensor,
    temperature: torch.Tensor,
    top_k: torch.Tensor,
    top_p: torch.Tensor,
    drawn: torch.Tensor,
) -> torch.Tensor:
    """The place that the drawn share of all likelihood falls on; `best` comes first."""
    places = torch.arange(best.shape[-1], device=best.device)
    best = best.masked_fill((places >= top_k) & (top_k > 0), -torch.inf)
    likelihood = torch.softmax((best - best[:, :1]) / temperature, dim=-1)
    before = likelihood.cumsum(dim=-1) - likelihood
    reached = likelihood.masked_fill(before > top_p, 0).cumsum(dim=-1)
    return (reached < drawn * reached[:, -1:]).sum(dim=-1, keepdim=True)
