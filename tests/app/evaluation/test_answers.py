"""What `bench answers` counts, on rows made by hand."""

from dataclasses import replace

from sleepdoc.evaluation.answers import Line, Question, Row, figures, row
from sleepdoc.reading.events import AnswerFinished, Citation, WindowUse

QUESTION = Question("Who lit it?", ("the keeper",), "fact", "The keeper lit it.", frozenset({3}))
LINE = Line("lamps", None, "", (QUESTION,))
ON_THREE = Citation(3, "iii", "At dusk the keeper  lit it.", 0, 26)
ON_FOUR = Citation(4, "iv", "It was dark.", 0, 12)


def said(answer: str, *citations: Citation, verdict: str = "verified") -> AnswerFinished:
    use = WindowUse(0, 0, 100)
    return AnswerFinished(answer, False, 2, 1.0, 1.0, use, 0.5, verdict, citations)  # type: ignore[arg-type]


def rated(question: Question, answer: str, **fields: str) -> Row:
    return row(LINE, "shipped", question, said(answer, **fields), ())


def test_pages_and_evidence_are_looked_for_where_they_are_known() -> None:
    found = row(LINE, "shipped", QUESTION, said("keeper", ON_FOUR), [ON_FOUR, ON_THREE])
    assert (found.page_recalled, found.evidence_recalled, found.first_page) == (True, True, False)
    nothing = replace(QUESTION, evidence="", pages=frozenset())
    unknown = row(LINE, "shipped", nothing, said("keeper", ON_FOUR), [ON_THREE])
    assert unknown.page_recalled is unknown.evidence_recalled is unknown.first_page is None


def test_a_reason_takes_nothing_from_a_right_yes() -> None:
    asked = replace(QUESTION, kind="yesno", answers=("Yes",))
    assert rated(asked, "Yes, the keeper lit it at dusk.").exact
    assert not rated(asked, "No, yes is wrong.").exact
    assert not rated(replace(QUESTION, answers=("Yes",)), "Yes, at dusk.").exact


def test_wrong_ones_are_counted_among_all_and_refusals_on_their_own() -> None:
    absent = Question("How high is it?", (), "absent", "", frozenset())
    rows = [
        rated(QUESTION, "The keeper"),
        rated(QUESTION, "Ambrose"),
        rated(QUESTION, "Ambrose", verdict="from memory"),
        rated(QUESTION, "I found nothing.", verdict="not found"),
        rated(absent, "I found nothing.", verdict="not found"),
        rated(absent, "Ten feet"),
    ]
    found = figures(rows)["shipped"]
    assert found["fact"]["f1"] == found["fact"]["exact"] == 0.25
    assert (found["fact"]["verified"], found["fact"]["verified_wrong"]) == (0.5, 0.25)
    assert (found["fact"]["says_absent"], found["absent"]["says_absent"]) == (0.25, 0.5)
    assert found["all"]["questions"] == 4  # those that can be answered
    assert "f1" not in found["absent"]
