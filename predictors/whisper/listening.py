"""How one caller wants a recording to be heard."""

import re
from dataclasses import dataclass
from typing import Any

SPECIAL = re.compile(r"<\|.*?\|>")
BEAMS = 5  # what patience is for needs more than one
HOTTEST = 1.0  # the highest temperature that is fallen back to
SMALLEST_INCREMENT = 0.05  # each temperature is one more reading of a window


@dataclass(frozen=True)
class Wishes:
    """The predictor's inputs say what each means."""

    language: str | None = None
    temperature: float = 0.0
    patience: float | None = None
    suppress_tokens: str = "-1"
    initial_prompt: str | None = None
    condition_on_previous_text: bool = True
    temperature_increment_on_fallback: float | None = 0.2
    compression_ratio_threshold: float = 2.4
    logprob_threshold: float = -1.0
    no_speech_threshold: float = 0.6

    def __post_init__(self) -> None:
        if self.temperature < 0:
            raise ValueError(f"temperature ({self.temperature}) is below 0.")
        if self.patience is not None and self.patience <= 0:
            raise ValueError(f"patience ({self.patience}) must be above 0.")
        if SPECIAL.search(self.initial_prompt or ""):
            raise ValueError("initial_prompt holds a special token, such as <|en|>; leave it out.")
        increment = self.temperature_increment_on_fallback
        if increment and increment < SMALLEST_INCREMENT:
            raise ValueError(
                f"temperature_increment_on_fallback ({increment}) must be at least "
                f"{SMALLEST_INCREMENT}, or null for no fallback."
            )

    def options(self, *, vocabulary: int) -> dict[str, Any]:
        """As whisper's transcribe() takes them."""
        return {
            "language": self.language,
            "temperature": self._temperatures(),
            "suppress_tokens": self._suppressed(vocabulary),
            "initial_prompt": self.initial_prompt,
            "condition_on_previous_text": self.condition_on_previous_text,
            "compression_ratio_threshold": self.compression_ratio_threshold,
            "logprob_threshold": self.logprob_threshold,
            "no_speech_threshold": self.no_speech_threshold,
            **({"patience": self.patience, "beam_size": BEAMS} if self.patience else {}),
        }

    def _temperatures(self) -> tuple[float, ...]:
        """The temperature, then what is fallen back to where its text fails the thresholds."""
        increment = self.temperature_increment_on_fallback
        if not increment:
            return (self.temperature,)
        steps = int(max(0.0, HOTTEST - self.temperature) / increment + 1e-6)
        return tuple(self.temperature + step * increment for step in range(steps + 1))

    def _suppressed(self, vocabulary: int) -> list[int]:
        try:
            tokens = [int(token) for token in self.suppress_tokens.split(",") if token.strip()]
        except ValueError as error:
            raise ValueError(
                f"suppress_tokens ({self.suppress_tokens[:100]}) must be token ids with commas "
                "between them."
            ) from error
        if not all(-1 <= token < vocabulary for token in tokens):
            raise ValueError(f"suppress_tokens must lie between -1 and {vocabulary - 1}.")
        return tokens
