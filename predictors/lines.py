"""Printed bytes as whole lines of text."""

import codecs
import re

LONGEST = 64 * 1024
END = re.compile(r"(\r\n|\n|\r(?!\Z))")


class Lines:
    """Cuts what a process prints into lines; a progress bar's redrawn repeats are left out."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._rest = ""
        self._last = ""
        self._is_redrawn = False

    def feed(self, printed: bytes) -> str:
        """The lines that are complete by now; one without an end is broken where it is too long."""
        text = self._rest + self._decoder.decode(printed).replace("\0", "")
        lines = self._cut(text)
        return lines + self.flush() if len(self._rest) > LONGEST else lines

    def flush(self) -> str:
        """The last line, which had no newline; empty where there is none."""
        rest = self._rest + self._decoder.decode(b"", final=True)
        return self._cut(rest + "\n") if rest else ""

    def _cut(self, text: str) -> str:
        *parts, self._rest = END.split(text)
        lines = zip(parts[::2], parts[1::2], strict=True)
        return "".join(f"{line}\n" for line, end in lines if self._is_news(line, end))

    def _is_news(self, line: str, end: str) -> bool:
        """Whether a line is more than a progress bar drawn again, or the place where one starts."""
        was_redrawn = self._is_redrawn or end == "\r"
        self._is_redrawn = end == "\r"
        is_news = not (was_redrawn and line in {"", self._last})
        self._last = line
        return is_news
