"""Beneath every answer stands what it rests on."""

from dataclasses import replace

import pytest

from sleepdoc.cli.grounds import grounds
from sleepdoc.reading.events import (
    LOOKED_UP,
    SEARCHED,
    AnswerFinished,
    Citation,
    Ended,
    Verdict,
    WindowUse,
)

EVIDENCE = Citation(4, "iv", "The rent is 90 euros.", 0, 21, verified=True)
WORDS = Citation(4, "iv", "The rent is 90 euros.", 0, 21)
OTHERS = tuple(Citation(n, str(n), f"Sentence {n}.", 0, 11) for n in (7, 7, 9, 12))


def lines(
    verdict: Verdict,
    *cited: Citation,
    ended: Ended = "stop",
    lookup: str = "",
    closed_book: bool = False,
) -> list[str]:
    finished = AnswerFinished(
        "90 euros", False, 2, 1.0, 1.0, WindowUse(0, 0, 9), 0.5, verdict, cited, ended
    )
    return list(grounds(finished, lookup, closed_book=closed_book))


def test_evidence_is_not_to_be_taken_for_what_was_only_read() -> None:
    assert lines("verified", EVIDENCE, *OTHERS) == [
        "Verified: it stands on p. iv:",
        "  p. iv: The rent is 90 euros.",
        "  Also read: p. 7, 9, 12",
    ]
    first, quote, _ = lines("quoted", WORDS, *OTHERS)
    assert first.startswith("Quoted: its words stand on p. iv;") and "90 euros" in quote
    assert len(lines("verified", EVIDENCE)) == 2


def test_what_likely_answers_is_not_called_uncertain_either() -> None:
    likely = replace(WORDS, likely=True)
    assert lines("quoted", likely)[0].startswith("Likely: its words stand on p. iv")
    assert lines("quoted", likely, lookup=LOOKED_UP)[0] == "Looked up: it stands on p. iv:"


@pytest.mark.parametrize("verdict", ["from memory", "not found"])
def test_what_stands_nowhere_shows_what_was_read(verdict: Verdict) -> None:
    first, *quotes = lines(verdict, *OTHERS)
    assert first.startswith("Not found; nearest" if verdict == "not found" else "Unverified")
    assert quotes == ["  p. 7: Sentence 7.", "  p. 7: Sentence 7.", "  p. 9: Sentence 9."]


def test_an_answer_without_citations_has_its_line_too() -> None:
    assert lines("not found") == ["Not found."]
    assert lines("from memory") == ["From memory, on no page."]
    assert lines("from memory", closed_book=True) == ["From memory, on no page (closed book)."]
    assert lines("verified", lookup=SEARCHED) == ["Searched in the text."]


def test_what_is_counted_in_the_text_says_so() -> None:
    first, *quotes = lines("verified", *OTHERS, lookup=SEARCHED)
    assert first == "Searched in the text:" and len(quotes) == 3


def test_an_answer_that_did_not_end_by_itself_says_why() -> None:
    (line,) = lines("from memory", ended="repetition")
    assert line == "From memory, on no page (ended, as it repeated itself)."


def test_what_was_looked_up_is_not_called_uncertain() -> None:
    first, *_ = lines("quoted", WORDS, lookup=LOOKED_UP)
    assert first == "Looked up: it stands on p. iv:"
