"""What the demo SDXL is taught and examined on: pictures of one shape, and ways to ask for them."""

from random import Random

from predictors.demo import shapes
from predictors.demo.shapes import Picture

WORDINGS = (
    *("a {color} {shape} on a {ground} background",) * 6,
    *("a photo of a {color} {shape} on a {ground} background", "{color} {shape}, {ground}"),
    *("a painting of a {color} {shape} on a {ground} background, high quality",),
    *("paint a {color} {shape} on {ground}", "the {shape} is {color}, the background is {ground}"),
)
WHITE_WORDINGS = ("a {color} {shape}", "{color} {shape}", "a photo of a {color} {shape}")
OPEN_WORDINGS = ("a {shape} on a {ground} background", "something {color}", "a {shape}")
OTHER_WORDS = (
    *("an", "the", "of", "in", "at", "with", "and", "blurry", "low", "quality", "cartoon", "ugly"),
    *("astronaut", "riding", "rainbow", "unicorn", "cat", "city", "sunset", "neon", "wet", "house"),
    *("photorealistic", "cinematic", "portrait", "landscape", "detailed", "bad", "watermark"),
)
SHARE_OF_OPEN, SHARE_OF_WHITE, SHARE_OF_EMPTY = 0.06, 0.2, 0.7


def prompt(picture: Picture, chance: Random) -> str:
    """One way to ask for this picture."""
    return chance.choice(_wordings(picture, chance)).format(**vars(picture))


def unrelated(chance: Random) -> str:
    """Nothing, or words that say nothing of any picture, as negative prompts do."""
    if chance.random() < SHARE_OF_EMPTY:
        return ""
    return ", ".join(chance.choices(OTHER_WORDS, k=chance.randint(1, 8)))


def _wordings(picture: Picture, chance: Random) -> tuple[str, ...]:
    drawn = chance.random()
    if drawn < SHARE_OF_OPEN:
        return OPEN_WORDINGS
    if drawn < SHARE_OF_OPEN + SHARE_OF_WHITE and picture.ground == "white":
        return WHITE_WORDINGS
    return WORDINGS


def words() -> dict[str, int]:
    """Every word with the number of times that it counts in the tokenizer's making."""
    texts = [wording.format(**vars(picture)) for picture in shapes.ALL for wording in WORDINGS]
    counts = dict.fromkeys(OTHER_WORDS, 2)
    for word in " ".join(texts).replace(",", " ").split():
        counts[word] = counts.get(word, 0) + 1
    return counts
