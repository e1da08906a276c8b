"""How one answer is to be written, apart from the prompt."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Params:
    """The wishes of one caller; the predictor's inputs say what each means."""

    min_tokens: int = 0
    max_tokens: int = 512
    temperature: float = 0.6
    top_p: float = 0.9
    top_k: int = 50
    presence_penalty: float = 0.0
    frequency_penalty: float = 0.0
    stop_sequences: tuple[str, ...] = ()
    seed: int = 0

    def __post_init__(self) -> None:
        if self.min_tokens > self.max_tokens:
            raise ValueError(
                f"min_tokens ({self.min_tokens}) is more than max_tokens ({self.max_tokens})."
            )
