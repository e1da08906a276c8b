"""Stop sequences: the text before them is released, themselves and what follows never."""


class Stops:
    """Passes text on, holding back an ending that may become a stop sequence."""

    def __init__(self, sequences: tuple[str, ...]) -> None:
        self._sequences = sequences
        self._held = ""
        self.is_met = False

    def pass_on(self, text: str) -> str:
        """What may be shown now, of this text and of what was held back before."""
        self._held += text
        found = [at for at in map(self._held.find, self._sequences) if at >= 0]
        self.is_met = bool(found)
        return self._release(min(found, default=len(self._held) - self._doubtful()))

    def rest(self) -> str:
        """What was held back in vain; empty after a stop."""
        return "" if self.is_met else self._held

    def _release(self, length: int) -> str:
        released, self._held = self._held[:length], self._held[length:]
        return released

    def _doubtful(self) -> int:
        """The length of the longest ending with which a stop sequence begins."""
        return max((_overlap(self._held, sequence) for sequence in self._sequences), default=0)


def _overlap(text: str, sequence: str) -> int:
    lengths = range(min(len(sequence) - 1, len(text)), 0, -1)
    return next((length for length in lengths if text.endswith(sequence[:length])), 0)
