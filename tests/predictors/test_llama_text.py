"""What the Llama folder does with text, apart from any model."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tokenizers import Tokenizer

from predictors.llama import prompts
from predictors.llama.decoding import Decoder
from predictors.llama.params import Params
from predictors.llama.stops import Stops

TOKENIZER = Path(__file__).parents[2] / "predictors/llama/weights-demo/tokenizer.json"


class Chat:
    """A tokenizer whose chat format shows every turn."""

    chat_template = "some"

    def apply_chat_template(self, turns: list[dict[str, str]], **options: bool) -> str:
        shown = [f"{turn['role']}={turn['content']}" for turn in turns]
        return " ".join([*shown, "assistant="])


PLAIN = SimpleNamespace(chat_template=None)


@pytest.mark.parametrize(
    ("tokenizer", "system", "template", "text"),
    [
        (Chat(), "Be brief.", "[{system_prompt}] {prompt}", "[Be brief.] Hi"),
        (Chat(), "Be brief.", None, "system=Be brief. user=Hi assistant="),
        (Chat(), "Be brief.", "", "system=Be brief. user=Hi assistant="),
        (Chat(), "", None, "user=Hi assistant="),
        (PLAIN, "Be brief.", None, "Hi"),
    ],
    ids=["template", "chat", "blank template", "no system prompt", "no chat format"],
)
def test_the_template_comes_before_the_chat_format_and_that_before_the_bare_prompt(
    tokenizer: Any, system: str, template: str | None, text: str
) -> None:
    assert prompts.text(tokenizer, "Hi", system, template) == text


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{prompt}", "{system_prompt} {0} {}"),
        ("{{{prompt}}}", "{{system_prompt} {0} {}}"),
        ('{"question": {prompt}', '{"question": {system_prompt} {0} {}'),
    ],
    ids=["in the prompt", "escaped", "in the template"],
)
def test_braces_that_name_no_field_are_left_alone(template: str, text: str) -> None:
    assert prompts.fill(template, "{system_prompt} {0} {}", "secret") == text


@pytest.mark.parametrize("template", ["Hello", "{system_prompt}", "{{prompt}}", "{prompt.real}"])
def test_a_template_without_the_prompt_is_refused(template: str) -> None:
    with pytest.raises(ValueError, match=r"has no \{prompt\} in it"):
        prompts.fill(template, "Hi", "")


def test_more_tokens_at_least_than_at_most_is_refused() -> None:
    with pytest.raises(ValueError, match=r"min_tokens \(6\) is more than max_tokens \(5\)"):
        Params(min_tokens=6, max_tokens=5)


@pytest.mark.parametrize(
    ("sequences", "pieces", "released"),
    [
        ((), ["a", "b"], ["a", "b", ""]),
        (("END",), ["a E", "N", "D b"], ["a ", "", "", ""]),
        (("END",), ["a E", "N", "T b"], ["a ", "", "ENT b", ""]),
        (("END",), ["a EN"], ["a ", "EN"]),
        (("aab",), ["aa", "ab"], ["", "a", ""]),
        (("bc", "b"), ["abc"], ["a", ""]),
    ],
    ids=["none", "met", "not met", "end of text", "begins twice", "the first one wins"],
)
def test_text_is_held_back_while_it_may_become_a_stop_sequence(
    sequences: tuple[str, ...], pieces: list[str], released: list[str]
) -> None:
    stops = Stops(sequences)

    passed = [stops.pass_on(piece) for piece in pieces]

    assert [*passed, stops.rest()] == released


def test_pieces_join_to_the_text_of_all_tokens_and_never_cut_a_character() -> None:
    tokenizer = Tokenizer.from_file(str(TOKENIZER))
    text = "Grüße, 世界! 🦙🦙 naïve"
    decoder = Decoder(SimpleNamespace(backend_tokenizer=tokenizer))

    pieces = [decoder.add(token) for token in tokenizer.encode(text).ids]

    assert "".join(pieces) == text
    assert not any("\N{REPLACEMENT CHARACTER}" in piece for piece in pieces)
    assert decoder.rest() == ""


def test_half_a_character_at_the_end_is_shown_as_such() -> None:
    tokenizer = Tokenizer.from_file(str(TOKENIZER))
    tokens = tokenizer.encode("ab 🦙").ids[:-1]
    decoder = Decoder(SimpleNamespace(backend_tokenizer=tokenizer))

    pieces = [decoder.add(token) for token in tokens]

    assert "".join(pieces) == "ab "
    assert "".join(pieces) + decoder.rest() == tokenizer.decode(tokens)
