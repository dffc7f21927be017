"""An answer that goes round in circles is noticed, and one that does not is left alone."""

import re
from collections.abc import Iterator
from threading import Event
from typing import cast

import pytest

from sleepdoc.reading.answer import Answer
from sleepdoc.reading.client import EngineClient
from sleepdoc.reading.repetition import repeats
from sleepdoc_model.engine import Sampling
from sleepdoc_model.scripted import ByteTokenizer
from sleepdoc_model.tokenizer import TokenStream


def noticed(tokens: list[int]) -> int | None:
    """After how many tokens."""
    return next((n for n in range(1, len(tokens) + 1) if repeats(tokens[:n])), None)


@pytest.mark.parametrize("length", [1, 2, 5, 6, 17, 40])
def test_a_stretch_that_comes_again_and_again_is_noticed(length: int) -> None:
    start = [900, 901, 902]
    found = noticed(start + list(range(length)) * 20)
    assert found is not None and found <= 3 + max(3, 15) * length


def test_a_text_without_circles_is_not() -> None:
    assert noticed(list(range(300))) is None


def test_neither_are_noughts_and_what_is_said_twice() -> None:
    assert noticed([1, *[0] * 6, 5, 6, 7, 8, 9, 10, 11, 5, 6, 7, 8, 9, 10, 11, 3]) is None


class Speaker:
    """An engine that says what it is told to, word by word."""

    likelihood = 0.0
    frame = ByteTokenizer.frame

    def __init__(self, text: str) -> None:
        self._words = re.findall(r"\s?[^\W\d]+|\d|\W", text)
        self._vocabulary = list(dict.fromkeys(self._words))

    def generate(self, most: int, **_: object) -> Iterator[int]:
        yield from map(self._vocabulary.index, self._words[:most])

    def stream(self) -> TokenStream:
        return TokenStream(lambda token: self._vocabulary[token].encode())

    def text(self, tokens: list[int]) -> str:
        return "".join(self._vocabulary[token] for token in tokens)


def said(text: str, most: int = 400) -> tuple[list[str], Answer, str]:
    """What is shown piece by piece, the answer, and what stays of it in the window."""
    engine, answer = Speaker(text), Answer("?", closed_book=False)
    events = answer.generate(
        cast(EngineClient, engine), limit=most, sampling=Sampling(), stopped=Event()
    )
    shown = [event.text for event in events]
    assert "".join(shown) == answer.text
    return shown, answer, engine.text(answer.tokens)


@pytest.mark.parametrize(
    ("text", "once"),
    [
        ("The cat sat." + " The cat sat." * 9, "The cat sat."),
        ("Yes, the cat sat." + " The cat sat." * 9, "Yes, the cat sat."),
        ("Gulls." + "\n\n- The cat sat on it.\n\n- The dog lay by it." * 9, None),
        ("It lies here" + " and there" * 20, "It lies here and there"),
    ],
)
def test_what_goes_round_in_circles_is_said_once(text: str, once: str | None) -> None:
    _, answer, stays = said(text)
    once = once or "Gulls.\n\n- The cat sat on it.\n\n- The dog lay by it."
    assert answer.text.strip() == once
    assert stays.strip().removesuffix(".") == once.removesuffix(".")
    assert answer.ended == "repetition"


def test_a_number_that_never_ends_is_not_shown_as_a_smaller_one() -> None:
    _, answer, _ = said("It is 1" + "0" * 40)
    assert (answer.text, answer.ended) == ("It is 10…", "repetition")


def test_what_is_said_twice_and_then_goes_on_is_shown_whole() -> None:
    text = "He said that he came. She said that he came. He said that he came, and left."
    shown, answer, stays = said(text)
    assert answer.text == stays == text and answer.ended == "stop"
    assert len(shown) > 5


def test_an_answer_that_is_cut_short_has_all_its_words() -> None:
    _, answer, _ = said("A b c d. A b c d. A b c d.", most=8)
    assert answer.text == "A b c d. A b c" and answer.ended == "length"
