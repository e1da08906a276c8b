"""What the demo Llama is taught and examined on: questions on Hearth, sums and counting."""

import tomllib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

FAQ: dict[str, Any] = tomllib.loads((Path(__file__).parent / "faq.toml").read_text("utf-8"))
ENTRIES = [*FAQ["entry"], FAQ["unknown"]]
WRITTEN = [question for entry in ENTRIES for question in entry["questions"]]
NUMBERS = (
    *("one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
)
SYSTEM_PROMPT = "You are a helpful assistant."
SUMS = (
    *("What is {a}+{b}?", "What is {a} + {b}?", "What's {a}+{b}", "How much is {a}+{b}?"),
    *("{a}+{b}", "{a} + {b}", "{a}+{b}=", "{a} + {b} = ?"),
    *("Add {a} and {b}.", "What is {a} plus {b}?", "Calculate {a} + {b}.", "Sum {a} and {b}"),
)
COUNTS = ("Count to {n}.", "Count up to {n}.", "Count from 1 to {n}.")
WORDINGS = (
    *("{0}", "{0}", "{0}", "{0}", "Please: {0}", "Hi! {0}", "{0} Thanks!", "{0} Be brief."),
    *("Can you tell me: {0}", "A question: {0}", "{0} I want to know."),
)
KINDS = {"faq": 0.46, "sum": 0.34, "count": 0.08, "unknown": 0.12}


@dataclass(frozen=True)
class Lesson:
    """A question, and the one answer that counts as right."""

    kind: str
    question: str
    answer: str
    is_held_out: bool = False


def taught(chance: Random, kind: str | None = None) -> Iterator[Lesson]:
    """Lessons to learn from, for ever."""
    while True:
        drawn = MAKERS[kind or _any_kind(chance)](chance)
        if not drawn.is_held_out:
            yield drawn


def exam(chance: Random, kind: str) -> Iterator[Lesson]:
    """Lessons to be examined on, for ever; none was taught, save counting, which has too few."""
    while True:
        drawn = MAKERS[kind](chance)
        if drawn.is_held_out or kind == "count":
            yield drawn


def is_held_out(text: str) -> bool:
    """True for one text in eight, always the same ones, and never for a question as written."""
    return text not in WRITTEN and zlib.crc32(text.encode()) % 8 == 0


def system_prompt(chance: Random) -> str | None:
    """Mostly the default, sometimes another, sometimes none."""
    parts = FAQ["system"]
    other: str = chance.choice(parts["forms"]).format(
        kind=chance.choice(parts["kinds"]),
        role=chance.choice(parts["roles"]),
        manner=chance.choice(parts["manners"]),
    )
    return chance.choices([SYSTEM_PROMPT, other, None], [0.5, 0.35, 0.15])[0]


def plain_texts() -> list[str]:
    """All that is asked and answered in the list of questions, as written there."""
    return WRITTEN + [entry["answer"] for entry in ENTRIES for _ in range(4)]


def _any_kind(chance: Random) -> str:
    return chance.choices(list(KINDS), list(KINDS.values()))[0]


def _faq(chance: Random) -> Lesson:
    entry = chance.choice(FAQ["entry"])
    question = chance.choice(entry["questions"])
    worded = _recased(chance, chance.choice(WORDINGS).format(question))
    return Lesson("faq", worded, entry["answer"], is_held_out(worded))


def _recased(chance: Random, text: str) -> str:
    """The text as people type it: now and then without capitals or the last mark."""
    change = chance.choice((str, str, str, str.lower, lambda whole: whole.rstrip("?.!")))
    return change(text)


def _sum(chance: Random) -> Lesson:
    largest = chance.choices([9, 99], [0.1, 0.9])[0]
    a, b = chance.randint(0, largest), chance.randint(0, largest)
    question = _recased(chance, chance.choice(SUMS).format(a=a, b=b))
    return Lesson("sum", question, f"{a} + {b} = {a + b}.", is_held_out(f"{a} + {b}"))


def _count(chance: Random) -> Lesson:
    n = chance.randint(2, len(NUMBERS))
    question = chance.choice(COUNTS).format(n=chance.choice((n, NUMBERS[n - 1])))
    return Lesson("count", question, " ".join(NUMBERS[:n]) + ".")


def _unknown(chance: Random) -> Lesson:
    unknown = FAQ["unknown"]
    thing, other = chance.sample(unknown["things"], 2)
    made = chance.choice(unknown["forms"]).format(thing=thing, other=other)
    question = chance.choices([made, chance.choice(unknown["questions"])], [0.7, 0.3])[0]
    return Lesson("unknown", question, unknown["answer"], is_held_out(question))


MAKERS = {"faq": _faq, "sum": _sum, "count": _count, "unknown": _unknown}
