"""What an answer rests on: looked for in the stored text once it is given."""

from collections.abc import Iterable, Iterator, Sequence

from sleepdoc.reading.answer import Answer
from sleepdoc.reading.events import Citation, Verdict
from sleepdoc.reading.recall import StoredText
from sleepdoc_model.recall.evidence import Claim, Evidence, concerned, echoes, find_evidence
from sleepdoc_model.recall.query import ask
from sleepdoc_model.recall.ranking import rank, rarity

_PASSAGES = 12
"""Passages, besides those recalled, on whose pages an answer is looked for."""
_SAYS_NOT = "document does not say"
_SURE = 0.7
"""An answer that stands on a page is verified from this likelihood on, and"""
_CONCERNED = 0.4
"""if so much of the question stands about that place. Both chosen on the development documents of
`bench answers`, AfriQA's held-out passages and FairytaleQA's validation stories, for at most 3 % of
answers that are verified and wrong."""


def judge(
    answer: Answer, recalled: Sequence[Citation], text: StoredText
) -> tuple[Verdict, tuple[Citation, ...]]:
    """The verdict on an answer, and its citations: the evidence first, then what was recalled.

    An answer that was recalled from memory may stand on a page that was not.
    """
    if answer.refused or _SAYS_NOT in answer.text.casefold():
        return "not found", tuple(recalled)
    if Claim.of(answer.text).empty:
        return "from memory", tuple(recalled)
    read = [] if answer.place is None else [recalled[answer.place].page]
    found = _find(answer, read, text) or _find(answer, _pages(answer, recalled, text), text)
    if found is None:
        return "from memory", tuple(recalled)
    page = text.page(found.page)
    quote = " ".join(page.text[found.start : found.end].split())
    sure = (
        answer.likelihood >= _SURE
        and not echoes(answer.text, answer.question)
        and _concerned(answer, found, text) >= _CONCERNED
    )
    evidence = Citation(page.number, page.label, quote, found.start, found.end, verified=sure)
    others = [c for c in recalled if c.page != found.page or c.quote != quote]
    return "verified" if sure else "quoted", (evidence, *others)


def _concerned(answer: Answer, found: Evidence, text: StoredText) -> float:
    index, place = text.index, (found.start, found.end)

    def rare(term: str) -> float:
        return rarity(index.size, len(index.holders(term)))

    return concerned(answer.question, answer.text, text.page(found.page).text, place, rare)


def _find(answer: Answer, pages: Iterable[int], text: StoredText) -> Evidence | None:
    texts = ((number, text.page(number).text) for number in pages)
    return find_evidence(answer.text, answer.question, texts)


def _pages(answer: Answer, recalled: Sequence[Citation], text: StoredText) -> Iterator[int]:
    """Numbers of pages to look at, the likeliest first."""
    seen = dict.fromkeys(citation.page for citation in recalled)
    yield from seen
    wanted = ask(f"{answer.text} {answer.question}")
    for hit in rank(text.index, wanted, limit=_PASSAGES).hits:
        if hit.passage.page not in seen:
            seen[hit.passage.page] = None
            yield hit.passage.page
