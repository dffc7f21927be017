"""A gist is shown only if it stands in its text."""

import pytest

from sleepdoc_model.recall.gist import precision, stands_in, supported

TEXT = (
    "Ada Byron wrote notes on the engine in 1843. She described how it could weave patterns, and "
    "gave a table of numbers for it."
)


@pytest.mark.parametrize(
    "gist",
    [
        "Ada Byron wrote notes on the engine in 1843.",
        "The text describes notes on the engine and patterns it weaves.",
        "It tells how Byron described tables of numbers, notes and patterns.",
    ],
)
def test_what_stands_there_may_be_shown(gist: str) -> None:
    assert supported(gist, TEXT)


@pytest.mark.parametrize(
    "gist",
    [
        "Ada Byron wrote notes on the engine in 1844.",
        "Ada Lovelace wrote notes on the engine in 1843.",
        "Babbage wrote notes on the engine, its patterns and numbers.",
        "It explains how steam engines drive ships across oceans.",
        "Notes on it.",
        "The document does not say.",
        "",
    ],
)
def test_what_does_not_may_not(gist: str) -> None:
    assert not supported(gist, TEXT)


def test_precision_counts_content_words() -> None:
    assert precision("Ada wrote notes.", TEXT) == 1.0
    assert precision("Ada wrote letters and poems.", TEXT) == 0.5
    assert precision("of the", TEXT) == 0.0


def test_what_is_put_together_of_several_sentences_does_not_stand_in_one() -> None:
    mixed = "Ada Byron wrote notes on the engine and patterns it weaves in 1843."
    assert supported(mixed, TEXT)
    each = TEXT.split(". ")
    assert not stands_in(mixed, each)
    assert stands_in("Ada Byron wrote notes on an engine.", each)
