"""What the demo BLIP-2 is taught and examined on: pictures of one shape, and questions on them."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from predictors.demo.shapes import ALL, Picture

Answer = Callable[[Picture], str]


def _thing(picture: Picture) -> str:
    return f"a {picture.color} {picture.shape}"


QUESTIONS: dict[str, Answer] = {
    "What is this a picture of?": lambda picture: picture.caption,
    "What is this?": lambda picture: picture.caption,
    "What do you see?": lambda picture: picture.caption,
    "Describe the picture.": lambda picture: picture.caption,
    "Describe this image.": lambda picture: picture.caption,
    "What objects are in this image?": _thing,
    "What objects are in the picture?": _thing,
    "What object is this?": _thing,
    "What is in the picture?": _thing,
    "What is in this image?": _thing,
    "What can you see in the image?": _thing,
    "What color is it?": lambda picture: picture.color,
    "What color is the shape?": lambda picture: picture.color,
    "What color is the object?": lambda picture: picture.color,
    "What color is the {shape}?": lambda picture: picture.color,
    "Which color does it have?": lambda picture: picture.color,
    "What shape is it?": lambda picture: picture.shape,
    "What shape is this?": lambda picture: picture.shape,
    "What shape is in the picture?": lambda picture: picture.shape,
    "Which shape do you see?": lambda picture: picture.shape,
    "What shape is {color}?": lambda picture: picture.shape,
    "What color is the background?": lambda picture: picture.ground,
    "What is the color of the background?": lambda picture: picture.ground,
    "What is behind the {shape}?": lambda picture: f"a {picture.ground} background",
    "How many objects are there?": lambda _: "one",
    "How many shapes are in the picture?": lambda _: "one",
}
CAPTIONS, CONTEXTS = 0.3, 0.1  # shares of the lessons; the latter of the questions


@dataclass(frozen=True)
class Lesson:
    """A picture, the text before the answer, and the one answer that counts as right."""

    picture: Picture
    prompt: str
    answer: str


def draw(chance: Random) -> Lesson:
    """A lesson of any kind."""
    return caption(chance) if chance.random() < CAPTIONS else question(chance)


def caption(chance: Random) -> Lesson:
    """A picture to describe."""
    picture = chance.choice(ALL)
    return Lesson(picture, "", picture.caption)


def question(chance: Random) -> Lesson:
    """A picture to answer a question about, now and then not the first one."""
    picture = chance.choice(ALL)
    asked, answer = _asked(picture, chance)
    before = f"{_prompt(*_asked(picture, chance))} " if chance.random() < CONTEXTS else ""
    return Lesson(picture, before + _prompt(asked, ""), answer)


def texts() -> list[str]:
    """All that can be asked and answered, as it is read."""
    return [
        text
        for picture in ALL
        for wording, answer in QUESTIONS.items()
        for text in (picture.caption, _prompt(_worded(wording, picture), answer(picture)))
    ]


def _asked(picture: Picture, chance: Random) -> tuple[str, str]:
    wording, answer = chance.choice(list(QUESTIONS.items()))
    return _recased(_worded(wording, picture), chance), answer(picture)


def _worded(wording: str, picture: Picture) -> str:
    return wording.format(shape=picture.shape, color=picture.color)


def _recased(text: str, chance: Random) -> str:
    """The text as people type it: now and then without capitals or the last mark."""
    change = chance.choice((str, str, str, str.lower, lambda whole: whole.rstrip("?.")))
    return change(text)


def _prompt(question: str, answer: str) -> str:
    return f"Question: {question} Answer: {answer}".rstrip()
