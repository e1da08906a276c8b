"""From tokens to text, one at a time."""

from typing import Any

from tokenizers.decoders import DecodeStream


class Decoder:
    """Turns tokens into text, holding back a character until all its bytes are there."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer.backend_tokenizer
        self._stream = DecodeStream(skip_special_tokens=True)
        self._tokens: list[int] = []
        self._length = 0

    def add(self, token: int) -> str:
        """The text that this token completes; often a word, sometimes nothing."""
        self._tokens.append(token)
        text = self._stream.step(self._tokenizer, token) or ""
        self._length += len(text)
        return text

    def rest(self) -> str:
        """What was held back: a last character that never became whole."""
        return str(self._tokenizer.decode(self._tokens))[self._length :]
