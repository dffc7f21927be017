"""Writing down, in words, what was slept on. Nothing waits for it, and whoever asks goes first."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from threading import Event as Flag

from sleepdoc.reading.answer import Answer
from sleepdoc.reading.answerer import Answerer
from sleepdoc.reading.client import EngineClient
from sleepdoc.reading.events import Event, GistWritten, OverviewWritten, Verdict
from sleepdoc.reading.outline import outline
from sleepdoc.reading.overview import overview
from sleepdoc.reading.quotes import quote, said
from sleepdoc.reading.record import Record
from sleepdoc.reading.stretches import Stretch, Stretches, by_key
from sleepdoc.reading.verdict import judge
from sleepdoc.reading.window import Window
from sleepdoc.store import Gist
from sleepdoc_model.engine import Sampling
from sleepdoc_model.recall.evidence import find_evidence, plausible
from sleepdoc_model.recall.gist import stands_in
from sleepdoc_model.recall.passages import sentences
from sleepdoc_model.recall.prose import Sentence
from sleepdoc_model.recall.questions import Candidate, candidates
from sleepdoc_model.recall.telling import alone, telling

_ASKED = "Summarise this in one sentence."
"""As the reader was trained to be asked."""
_GIST = 72
"""Tokens of the longest gist."""
_ANSWER = 96
_OF_ITSELF = 3
"""Sentences that a document says of itself, beside the gists that its whole is told from."""
_QUESTIONS = 3
_TRIED = 12
"""Questions that are put to find so many that are answered."""


class GistWriter:
    """Writes the gists that a conversation lacks; each is stored as soon as it is written."""

    def __init__(
        self, engine: EngineClient, window: Window, record: Record, *, recall: int, stopped: Flag
    ) -> None:
        """
        Args:
            recall: most tokens of text that is put in front of a question.
            stopped: once it is set, writing ends after the current token.
        """
        self._engine, self._record, self._recall = engine, record, recall
        self._answerer = Answerer(engine, window, record, recall=recall, stopped=stopped)
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
        """What a stretch says itself that it is about; else what the model says, if that is clear
        by itself and stands in a sentence of it; else the sentence that stands for it."""
        text, quoted = said(stretch), True
        if not text:
            shown = self._shown(stretch)
            text = self._told(shown)
            # What a part says tells nothing of the whole.
            held = shown[:_OF_ITSELF] if stretch.kind == "whole" else shown
            quoted = not (alone(text) and stands_in(text, [each.text for each in held]))
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
        kept, left = [], self._recall
        for each in found:
            left -= len(self._written(each))
            if left < 0:
                break
            kept.append(each)
        return kept

    def _written(self, sentence: Sentence) -> list[int]:
        label = self._document.pages[sentence.page - 1].label
        return self._engine.encode(f"[p. {label}] {sentence.text}\n\n")

    def _told(self, shown: Sequence[Sentence]) -> str:
        """What the model makes of some sentences, but for a broken end."""
        tokens = [token for sentence in shown for token in self._written(sentence)]
        answer = self._answerer.told(_ASKED, tokens, most=_GIST)
        text = " ".join(answer.text.split())
        if answer.ended == "length":
            spans = sentences(text)
            text = text[: spans[-2][1]] if len(spans) > 1 else ""
        return "" if answer.ended == "repetition" else text

    def _questions(self) -> Iterator[Event]:
        """Questions that the document answers: they were put as a person puts them, and the answer
        is verified where it should stand; failing that, it stands in the sentence that answers."""
        left = _QUESTIONS - sum(kind == "question" for kind, _, _ in self._stored)
        others: list[Candidate] = []
        for candidate in islice(self._candidates(), _TRIED):
            if left == 0 or self._stopped.is_set():
                break
            found = self._answered(candidate)
            if found == "verified" and not self._stopped.is_set():
                left -= 1
                yield self._keep(self._question(candidate))
            elif found == "quoted":
                others.append(candidate)
        if not self._stopped.is_set():
            yield from (self._keep(self._question(each)) for each in others[:left])

    def _question(self, candidate: Candidate) -> Gist:
        page, model = candidate.first, self._engine.info.fingerprint
        return Gist("question", page, page, candidate.question, quoted=False, model=model)

    def _candidates(self) -> Iterator[Candidate]:
        stretches = self._stretches
        whole = stretches.whole.sentences if stretches.whole else ()
        last = stretches.whole.last if stretches.whole else 0
        told = [*whole, *(each for part in stretches.parts for each in part.sentences)]
        headings = [(h.title, h.page) for h in outline(self._document) if h.page <= last]
        return candidates(headings, list(dict.fromkeys(told)))

    def _answered(self, candidate: Candidate) -> Verdict:
        """Whether a question's answer is verified where it should stand, or else stands at least
        in the sentence that the question was made from."""
        answer = Answer(candidate.question, closed_book=False, kept=False)
        text = self._record.text(before_page=None)
        recalled = self._answerer.recall(answer, text)
        if recalled.answer or not recalled.tokens:
            return "not found"
        engine = self._engine
        answer.prompt = engine.frame.asked([*recalled.tokens, *engine.encode(answer.question)])
        words = self._answerer.words(
            answer, recalled, text, most=_ANSWER, left=_ANSWER, sampling=Sampling()
        )
        for _ in words:
            pass
        verdict, citations = judge(answer, recalled.citations, text)
        if verdict == "verified" and candidate.first <= citations[0].page <= candidate.last:
            return verdict
        place = [(candidate.first, candidate.sentence)]
        stands = find_evidence(answer.claim, answer.question, place)
        right = not answer.refused and stands and plausible(answer.claim, answer.question)
        return "quoted" if right else "not found"
