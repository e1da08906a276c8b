"""The forms of a transcript: plain text, or subtitles with times as SubRip or WebVTT."""

from collections.abc import Iterator
from typing import Any

Written = dict[str, Any]  # what whisper's transcribe() gives


def plain(written: Written) -> str:
    """What was said, without times."""
    return str(written["text"]).strip()


def srt(written: Written) -> str:
    """Subtitles as most players read them."""
    cues = [
        f"{number}\n{_time(each['start'], ',')} --> {_time(each['end'], ',')}\n{text}\n"
        for number, (each, text) in enumerate(_spoken(written), start=1)
    ]
    return "\n".join(cues)


def vtt(written: Written) -> str:
    """Subtitles as browsers read them; what would be markup there is escaped."""
    cues = [
        f"{_time(each['start'], '.')} --> {_time(each['end'], '.')}\n{_escaped(text)}\n"
        for each, text in _spoken(written)
    ]
    return "\n".join(["WEBVTT\n", *cues])


def _spoken(written: Written) -> Iterator[tuple[dict[str, Any], str]]:
    """Each segment that says something, and its text, which must not look like a time."""
    for segment in written["segments"]:
        text = segment["text"].strip().replace("-->", "->")
        if text:
            yield segment, text


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _time(seconds: float, mark: str) -> str:
    milliseconds = round(seconds * 1000)
    minutes, milliseconds = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{milliseconds // 1000:02}{mark}{milliseconds % 1000:03}"


FORMS = {"plain text": plain, "srt": srt, "vtt": vtt}
