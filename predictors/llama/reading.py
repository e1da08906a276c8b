"""What the model is given to continue: the tokens of a prompt."""

from typing import Any

import prompts


class Reader:
    """A tokenizer, and how many tokens the model reads and writes at most."""

    def __init__(self, tokenizer: Any, context: int) -> None:
        self.tokenizer = tokenizer
        self.context = context

    def read(self, prompt: str, system_prompt: str, template: str | None) -> list[int]:
        """The tokens to continue; ValueError where there are none, or no room after them."""
        text = prompts.text(self.tokenizer, prompt, system_prompt, template)
        begins = text.startswith(self.tokenizer.bos_token or "\0")
        tokens: list[int] = self.tokenizer.encode(text, add_special_tokens=not begins)
        if not tokens:
            raise ValueError("The prompt is empty, and this model has no chat format to put it in.")
        if len(tokens) >= self.context:
            raise ValueError(
                f"The prompt has {len(tokens)} tokens, which leaves no room for an answer: "
                f"this model reads and writes at most {self.context} in all."
            )
        return tokens
