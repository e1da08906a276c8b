"""From any sample rate to Whisper's: a windowed sinc, piece by piece, so that memory is bounded."""

import math
from fractions import Fraction

import torch

RATE = 16_000  # samples a second, as Whisper hears
CROSSINGS = 32  # of zero, on each side of the sinc: the more, the steeper the filter
PASSED = 0.94  # the share of the new band that is kept; the rest is room to fall silent in
SHARPNESS = 10.0  # of the Kaiser window: what is cut off is 100 dB quieter
FINEST = 1000  # rates are kept to a millionth, and tables small


class Resampler:
    """Takes a recording in pieces, gives it at the new rate."""

    def __init__(self, rate: int) -> None:
        ratio = Fraction(RATE, rate).limit_denominator(FINEST)
        self._phases, self._step = max(ratio.numerator, 1), ratio.denominator
        self._filters = _filters(self._phases, self._step)
        self._reach = (self._filters.shape[-1] - self._step) // 2
        self._held = torch.zeros(self._reach)
        self._owed = 0.0

    def add(self, samples: torch.Tensor) -> torch.Tensor:
        """What can be said by now; a little is held back until more comes."""
        self._owed += len(samples) * self._phases / self._step
        held = torch.cat([self._held, samples])
        steps = (len(held) - 2 * self._reach) // self._step
        if steps < 1:
            self._held = held
            return torch.empty(0)
        self._held = held[steps * self._step :].clone()
        used = held[: steps * self._step + 2 * self._reach]
        made = torch.conv1d(used.view(1, 1, -1), self._filters, stride=self._step)
        self._owed -= steps * self._phases
        return made[0].T.flatten()

    def rest(self) -> torch.Tensor:
        """What was held back, as if silence followed."""
        owed = round(self._owed)
        return self.add(torch.zeros(self._step + self._reach))[:owed]


def _filters(phases: int, step: int) -> torch.Tensor:
    """One filter for each of the new samples that fall on `step` old ones."""
    band = min(1.0, phases / step)
    reach = math.ceil(CROSSINGS / band)
    old = torch.arange(-reach, step + reach, dtype=torch.float64)
    new = torch.arange(phases, dtype=torch.float64) * step / phases
    away = (old - new[:, None]) * band
    inside = (1 - (away / CROSSINGS) ** 2).clamp(min=0)
    window = torch.i0(SHARPNESS * inside.sqrt()) / torch.i0(torch.tensor(SHARPNESS))
    filters = band * PASSED * torch.sinc(PASSED * away) * window * (inside > 0)
    return filters.float()[:, None]
