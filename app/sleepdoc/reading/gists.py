"""Writing down, in words, what was slept on. Nothing waits for it, and whoever asks goes first."""

from collections.abc import Iterable, Iterator, Sequence
from threading import Event as Flag

from sleepdoc.reading.absence import Absence
from sleepdoc.reading.answer import Answer
from sleepdoc.reading.budget import Budget
from sleepdoc.reading.client import EngineClient
from sleepdoc.reading.events import Event, GistWritten, OverviewWritten
from sleepdoc.reading.likeness import likeness
from sleepdoc.reading.outline import outline
from sleepdoc.reading.overview import overview
from sleepdoc.reading.quotes import quote, said
from sleepdoc.reading.recall import recall
from sleepdoc.reading.record import Record
from sleepdoc.reading.stretches import Stretch, Stretches, by_key
from sleepdoc.reading.verdict import judge
from sleepdoc.store import Gist
from sleepdoc_model.engine import Sampling
from sleepdoc_model.recall.gist import stands_in
from sleepdoc_model.recall.passages import sentences
from sleepdoc_model.recall.prose import Sentence
from sleepdoc_model.recall.questions import Candidate, candidates, spread
from sleepdoc_model.recall.telling import telling

_ASKED = "Summarise this in one sentence."
"""As the reader was trained to be asked."""
_GIST = 72
"""Tokens of the longest gist."""
_ANSWER = 64
_OF_ITSELF = 3
"""Sentences that a document says of itself, beside the gists that its whole is told from."""
_QUESTIONS = 3
_TRIED = 9
"""Questions that are put to find so many that are answered."""


class GistWriter:
    """Writes the gists that a conversation lacks; each is stored as soon as it is written."""

    def __init__(self, engine: EngineClient, record: Record, budget: Budget, stopped: Flag) -> None:
        """Args:
        stopped: once it is set, writing ends after the current token.
        """
        self._engine, self._record, self._budget = engine, record, budget
        self._stopped = stopped
        self._document = record.document
        self._stretches = Stretches.of(self._document, record.slept)
        self._stored = by_key(record.gists)

    def missing(self, *, overview_alone: bool) -> bool:
        """Whether there is anything left to write."""
        stretches = self._stretches
        wanted = [*stretches.parts, *(() if overview_alone else stretches.sleeps)]
        if any(each.sentences and each.key not in self._stored for each in wanted):
            return True
        whole = stretches.whole
        return whole is not None and bool(whole.sentences) and whole.key not in self._stored

    def write(self, *, overview_alone: bool) -> Iterator[Event]:
        """Write what is missing: what an overview shows, then the gists of sleeps.

        Yields `GistWritten` for each, and `OverviewWritten` when the first is complete.
        """
        whole = self._stretches.whole
        yield from self._each(self._stretches.parts)
        if whole is not None and whole.sentences and whole.key not in self._stored:
            yield from self._questions()
            yield from self._each([whole])
            if not self._stopped.is_set():
                yield OverviewWritten(
                    overview(self._document, self._record.slept, self._record.gists)
                )
        if not overview_alone:
            yield from self._each(self._stretches.sleeps)

    def _each(self, stretches: Iterable[Stretch]) -> Iterator[Event]:
        for stretch in stretches:
            if stretch.key in self._stored or not stretch.sentences or self._stopped.is_set():
                continue
            gist = self._gist(stretch)
            if not self._stopped.is_set():  # else it is half a gist
                yield self._keep(gist)

    def _keep(self, gist: Gist) -> GistWritten:
        self._record.add_gist(gist)
        self._stored[gist.kind, gist.first, gist.last] = gist
        return GistWritten(gist.kind, gist.first, gist.last, gist.text, gist.quoted)

    def _gist(self, stretch: Stretch) -> Gist:
        """What a stretch says itself that it is about; else what the model says, if that stands in
        a sentence that it was shown; else the sentence that stands for it."""
        text, quoted = said(stretch), True
        if not text:
            shown = self._shown(stretch)
            text = self._said(_ASKED, shown)
            quoted = not stands_in(text, [each.text for each in shown])
            if quoted:
                taken = {gist.text for gist in self._stored.values() if gist.kind == stretch.kind}
                title = self._document.title
                text = quote(stretch, self._stretches, title=title, taken=taken)
        fingerprint = self._engine.info.fingerprint
        return Gist(stretch.kind, stretch.first, stretch.last, text, quoted, fingerprint)

    def _shown(self, stretch: Stretch) -> list[Sentence]:
        """The sentences that tell most of a stretch, in their order; of the whole, what it says of
        itself and the gists of its parts."""
        if stretch.kind == "whole":
            gists = [self._stored.get(each.key) for each in self._stretches.parts]
            itself = stretch.sentences[:_OF_ITSELF]
            return self._fitting([*itself, *(Sentence(g.first, 0, 0, g.text) for g in gists if g)])
        return sorted(self._fitting(telling(stretch.sentences)), key=lambda s: (s.page, s.start))

    def _fitting(self, found: Iterable[Sentence]) -> list[Sentence]:
        kept, left = [], self._budget.recall
        for each in found:
            left -= len(self._written(each))
            if left < 0:
                break
            kept.append(each)
        return kept

    def _written(self, sentence: Sentence) -> list[int]:
        label = self._document.pages[sentence.page - 1].label
        return self._engine.encode(f"[p. {label}] {sentence.text}\n\n")

    def _said(self, question: str, shown: Sequence[Sentence]) -> str:
        """What the model answers to a question behind some sentences, but for a broken end."""
        tokens = [token for sentence in shown for token in self._written(sentence)]
        answer = self._answered(question, tokens, _GIST)
        text = " ".join(answer.text.split())
        if answer.ended == "length":
            spans = sentences(text)
            text = text[: spans[-2][1]] if len(spans) > 1 else ""
        return "" if answer.ended == "repetition" else text

    def _answered(self, question: str, recalled: Sequence[int], limit: int) -> Answer:
        engine, answer = self._engine, Answer(question, closed_book=False, kept=False)
        answer.prompt = engine.frame.asked([*recalled, *engine.encode(question)])
        engine.reset_window(engine.frame.prefix, reading=True)
        answer.begin(engine, [])
        sampling = Sampling()
        if engine.info.reads:
            sampling = Absence.of(engine).ruled_out(sampling)
        for _ in answer.generate(engine, limit=limit, sampling=sampling, stopped=self._stopped):
            pass
        return answer

    def _questions(self) -> Iterator[Event]:
        """Questions that the document answers: the model was asked, and its answer stands where it
        should."""
        headings = [(each.title, each.page) for each in outline(self._document)]
        last = self._stretches.whole.last if self._stretches.whole else 0
        told = [sentence for stretch in self._stretches.parts for sentence in stretch.sentences]
        every = [each for each in candidates(headings, told) if each.page <= last]
        found = sum(kind == "question" for kind, _, _ in self._stored)
        for candidate in spread(every, _TRIED):
            if found >= _QUESTIONS or self._stopped.is_set():
                return
            if self._verified(candidate) and not self._stopped.is_set():
                found += 1
                model = self._engine.info.fingerprint
                page, question = candidate.page, candidate.question
                yield self._keep(Gist("question", page, page, question, quoted=False, model=model))

    def _verified(self, candidate: Candidate) -> bool:
        text = self._record.text(before_page=None)
        recalled = recall(
            text,
            candidate.question,
            tokens=self._budget.recall,
            encode=self._engine.encode,
            likeness=likeness(self._engine, text),
        )
        if recalled.answer or not recalled.tokens:
            return False
        answer = self._answered(candidate.question, recalled.tokens, _ANSWER)
        verdict, citations = judge(answer, recalled.citations, text)
        near = citations and candidate.page <= citations[0].page <= candidate.page + 1
        return verdict == "verified" and bool(near)
