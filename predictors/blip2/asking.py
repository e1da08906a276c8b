"""What is asked about a picture, and what came of it."""

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Look:
    """One picture, and the text that its answer continues; a caption continues none."""

    image: Path
    prompt: str
    temperature: float
    seed: int | None  # of what is drawn by chance; None where the likeliest words are taken


@dataclass(frozen=True)
class Answer:
    """What was said of a picture, and how much was read and written for it."""

    text: str
    input_tokens: int
    output_tokens: int

    def metrics(self) -> dict[str, int]:
        """Names as on Replicate."""
        return {"input_token_count": self.input_tokens, "output_token_count": self.output_tokens}


def look(inputs: dict[str, Any]) -> Look:
    """The look that a prediction's inputs ask for."""
    return Look(
        image=inputs["image"],
        prompt="" if inputs["caption"] else prompt(inputs["question"], inputs["context"]),
        temperature=inputs["temperature"],
        seed=secrets.randbelow(2**32) if inputs["use_nucleus_sampling"] else None,
    )


def prompt(question: str, context: str | None) -> str:
    """The question as BLIP-2 learned to read it, after what was said before; blank for none."""
    if not question.strip():
        return ""
    asked = f"Question: {question} Answer:"
    return f"{context} {asked}" if context else asked
