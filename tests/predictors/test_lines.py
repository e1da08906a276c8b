"""Printed bytes become whole lines, however they were cut on their way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from predictors.lines import LONGEST, Lines

CUTS = {
    "lines": (b"one\ntwo\n", "one\ntwo\n"),
    "last line without its end": (b"one\ntwo", "one\ntwo\n"),
    "empty lines stay": (b"one\n\ntwo\n", "one\n\ntwo\n"),
    "repeats of plain lines stay": (b"one\none\n", "one\none\n"),
    "windows line ends": (b"one\r\ntwo\r\n", "one\ntwo\n"),
    "a bar that begins with a return": (b"\r0%\r0%\r50%\r50%\n", "0%\n50%\n"),
    "a bar that ends with a return": (b"0%\r0%\r50%\rdone\n", "0%\n50%\ndone\n"),
    "a bar that never ends": (b"\r0%\r50%", "0%\n50%\n"),
    "text after a bar": (b"\r100%\n100%\n", "100%\n100%\n"),
    "utf-8": ("café\n".encode(), "café\n"),
    "no utf-8": (b"\xff\xfe\n", "\ufffd\ufffd\n"),
    "half a character": ("é".encode()[:1], "\ufffd\n"),
    "NUL, which databases refuse": (b"a\0b\n", "ab\n"),
    "nothing": (b"", ""),
}


@pytest.mark.parametrize(("printed", "text"), CUTS.values(), ids=CUTS.keys())
def test_printed_bytes_become_lines(printed: bytes, text: str):
    lines = Lines()

    assert lines.feed(printed) + lines.flush() == text


@given(st.lists(st.sampled_from([b"a", b"b", b"\r", b"\n", b"\xc3", b"\xa9"])), st.data())
def test_where_the_bytes_are_cut_makes_no_difference(letters: list[bytes], data: st.DataObject):
    printed = b"".join(letters)
    cut = data.draw(st.integers(0, len(printed)))
    whole, parts = Lines(), Lines()

    text = whole.feed(printed) + whole.flush()

    assert parts.feed(printed[:cut]) + parts.feed(printed[cut:]) + parts.flush() == text


def test_only_whole_lines_are_given_before_the_end():
    lines = Lines()

    assert lines.feed(b"one\ntw") == "one\n"
    assert lines.feed(b"o") == ""
    assert lines.flush() == "two\n"
    assert lines.flush() == ""


def test_a_line_without_an_end_is_broken_before_it_fills_the_memory():
    lines = Lines()

    text = lines.feed(b"x" * (LONGEST + 1))

    assert text == "x" * (LONGEST + 1) + "\n"
    assert lines.flush() == ""
