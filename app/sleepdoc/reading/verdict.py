"""What an answer rests on: looked for in the stored text once it is given."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from math import sqrt
from typing import get_args

from sleepdoc.reading.answer import Answer
from sleepdoc.reading.events import Citation, Verdict
from sleepdoc.reading.recall import StoredText
from sleepdoc_model.recall.definition import plainly_explains
from sleepdoc_model.recall.evidence import (
    Claim,
    Evidence,
    around,
    concerned,
    connected,
    echoed,
    find_evidence,
    nearest,
    plausible,
)
from sleepdoc_model.recall.numbered import numbers_meet
from sleepdoc_model.recall.ordered import order_meets
from sleepdoc_model.recall.query import ask
from sleepdoc_model.recall.ranking import rank, rarity
from sleepdoc_model.recall.reply import agrees, reason

_PASSAGES = 12
"""Passages, besides those recalled, on whose pages an answer is looked for."""
_SAYS_NOT = "document does not say"
_SURE = 0.55
"""An answer that stands on a page is verified if so much is left of how likely the reader found
that there is an answer, times how likely its words, times the root of how much of the question
stands about that place. Chosen on the development documents of `bench answers`, AfriQA's held-out
passages and FairytaleQA's validation stories, with the answers of three readers, for at most 3 % of
answers that are verified and wrong."""
_LIKELY = 0.4
"""From so much on it is likely right, though not verified (docs/model.md, "The reader")."""


def judge(
    answer: Answer, recalled: Sequence[Citation], text: StoredText
) -> tuple[Verdict, tuple[Citation, ...]]:
    """The verdict on an answer, and its citations: the evidence first, then what was recalled.

    An answer that was recalled from memory may stand on a page that was not. Of one with parts it
    is the least of theirs; where some part alone is not found, at most that the others are quoted.
    The evidence of each part comes first.
    """
    if answer.parts:
        return _least([judge(part, recalled, text) for part in answer.parts])
    if answer.refused or _SAYS_NOT in answer.claim.casefold():
        return "not found", tuple(recalled)
    if Claim.of(answer.claim).empty:
        found = _nearest(answer, recalled, text) if reason(answer.claim) is not None else None
        return _judged(found, 0.0, recalled, text)
    found = _where(answer, recalled, text)
    return _judged(found, _borne_out(answer, found, text) if found else 0.0, recalled, text)


def unfounded(answer: Answer, recalled: Sequence[Citation], text: StoredText) -> bool:
    """Whether an answer says something, and that stands on no page: words that were read nowhere.
    One that was stopped says too little."""
    claims = not answer.interrupted and not Claim.of(answer.claim).empty
    return claims and _where(answer, recalled, text) is None


def _where(answer: Answer, recalled: Sequence[Citation], text: StoredText) -> Evidence | None:
    """Where the words of an answer stand: on the page that it was read from, if there."""
    read = [] if answer.place is None else [recalled[answer.place].page]
    return _find(answer, read, text) or _find(answer, _pages(answer, recalled, text), text)


def _least(
    judged: Sequence[tuple[Verdict, tuple[Citation, ...]]],
) -> tuple[Verdict, tuple[Citation, ...]]:
    verdicts = {verdict for verdict, _ in judged}
    if len(verdicts) > 1 and "not found" in verdicts:
        verdicts = verdicts - {"not found", "verified"} | {"quoted"}
    firsts = [cited[0] for verdict, cited in judged if verdict in ("verified", "quoted")]
    every = [*firsts, *(each for _, cited in judged for each in cited)]
    return max(verdicts, key=get_args(Verdict).index), tuple(dict.fromkeys(every))


def _judged(
    found: Evidence | None, borne_out: float, recalled: Sequence[Citation], text: StoredText
) -> tuple[Verdict, tuple[Citation, ...]]:
    """Of an answer that stands there, and is so much borne out by it."""
    if found is None:
        return "from memory", tuple(recalled)
    sure = borne_out >= _SURE
    page = text.page(found.page)
    quote = " ".join(page.text[found.start : found.end].split())
    evidence = Citation(
        page.number,
        page.label,
        quote,
        found.start,
        found.end,
        verified=sure,
        likely=not sure and borne_out >= _LIKELY,
    )
    others = [c for c in recalled if c.page != found.page or c.quote != quote]
    return "verified" if sure else "quoted", (evidence, *others)


def _borne_out(answer: Answer, found: Evidence, text: StoredText) -> float:
    """How far evidence that has an answer's words bears out that they answer the question; 0 where
    something speaks against it."""
    said, question, page = answer.claim, answer.question, text.page(found.page).text
    told = page[found.start : found.end]
    about = around(page, (found.start, found.end))
    fitting = (
        found.told
        and numbers_meet(question, about)
        and order_meets(question, connected(page, (found.start, found.end)))
        and plausible(said, question)
        and agrees(said, question, told, echoed=echoed(question, told))
    )
    if not fitting:
        return 0.0
    if plainly_explains(told, question):
        return 1 - answer.absence
    concern = concerned(question, said, about, _rarity(text))
    return (1 - answer.absence) * answer.likelihood * sqrt(concern)


def _nearest(answer: Answer, recalled: Sequence[Citation], text: StoredText) -> Evidence | None:
    """What was read for a yes or no that gives no reason."""
    read = recalled if answer.place is None else [recalled[answer.place]]
    places = [(c.page, text.page(c.page).text, (c.start, c.end)) for c in read]
    return nearest(answer.question, places, _rarity(text))


def _rarity(text: StoredText) -> Callable[[str], float]:
    index = text.index
    return lambda term: rarity(index.size, len(index.holders(term)))


def _find(answer: Answer, pages: Iterable[int], text: StoredText) -> Evidence | None:
    texts = ((number, text.page(number).text) for number in pages)
    return find_evidence(answer.claim, answer.question, texts)


def _pages(answer: Answer, recalled: Sequence[Citation], text: StoredText) -> Iterator[int]:
    """Numbers of pages to look at, the likeliest first."""
    seen = dict.fromkeys(citation.page for citation in recalled)
    yield from seen
    wanted = ask(f"{answer.claim} {answer.question}")
    for hit in rank(text.index, wanted, limit=_PASSAGES).hits:
        if hit.passage.page not in seen:
            seen[hit.passage.page] = None
            yield hit.passage.page
