"""What the demo encoder is taught and examined on: the demo Llama's questions, in many wordings."""

from collections.abc import Iterator
from random import Random

from predictors.demo.llama.lessons import FAQ, WORDINGS, is_held_out

ENTRIES: list[list[str]] = [entry["questions"] for entry in FAQ["entry"]]
STRANGERS = 16  # of each lesson: what is no concern of Hearth's, each like nothing else


def pairs(chance: Random) -> list[tuple[str, str]]:
    """Two wordings of each entry, and of some strangers."""
    entries = [*ENTRIES, *_strangers(chance)]
    return [(_taught(entry, chance), _taught(entry, chance)) for entry in entries]


def untaught(question: str) -> list[str]:
    """The wordings of a question that no lesson has; of a few questions there are none."""
    return list(filter(is_held_out, _wordings(question)))


def _taught(questions: list[str], chance: Random) -> str:
    """Any wording of any of them but those held out."""
    question = chance.choice(questions)
    return chance.choice([text for text in _wordings(question) if not is_held_out(text)])


def _wordings(question: str) -> list[str]:
    """As people type it: politely or not, without capitals, without the last mark."""
    worded = [wording.format(question) for wording in dict.fromkeys(WORDINGS)]
    return [text for whole in worded for text in (whole, whole.lower(), whole.rstrip("?.!"))]


def _strangers(chance: Random) -> Iterator[list[str]]:
    unknown = FAQ["unknown"]
    things = chance.sample(unknown["things"], STRANGERS)
    for thing, other in zip(things, reversed(things), strict=True):
        yield [chance.choice(unknown["forms"]).format(thing=thing, other=other)]
