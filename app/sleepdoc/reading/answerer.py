"""The words of an answer: what is recalled for a question, and how it is read."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from threading import Event as Flag

from sleepdoc.reading.absence import (
    LEAST_OF_COPY,
    LIKELY,
    LIKELY_AROUND,
    LIKELY_OF_COPY,
    LIKELY_OF_ECHO,
    Absence,
    refusal,
)
from sleepdoc.reading.answer import Answer
from sleepdoc.reading.client import EngineClient
from sleepdoc.reading.events import AnswerText
from sleepdoc.reading.likeness import likeness
from sleepdoc.reading.recall import Recalled, StoredText, recall, widened
from sleepdoc.reading.record import Record
from sleepdoc.reading.verdict import unfounded
from sleepdoc.reading.window import Window
from sleepdoc_model.engine import Sampling
from sleepdoc_model.recall.clause import completed
from sleepdoc_model.recall.copying import copies
from sleepdoc_model.recall.definition import explained
from sleepdoc_model.recall.evidence import borne_out_by, coherent, echoes, plausible
from sleepdoc_model.recall.ordered import order_meets
from sleepdoc_model.recall.parts import parts
from sleepdoc_model.recall.spelling import as_spelt
from sleepdoc_model.recall.surest import surest, wants_phrase, wants_reason, wants_reply
from sleepdoc_model.recall.told import told


@dataclass(frozen=True)
class _Terms:
    """On which a question, or a part of one, is answered."""

    recalled: Recalled
    text: StoredText
    """What it was recalled from."""
    lead: Sequence[int]
    """The turn it leans on."""
    limit: int
    """Most tokens of an answer."""
    sampling: Sampling


class Answerer:
    """Answers in windows of its own: whoever calls fills the window again afterwards."""

    def __init__(
        self, engine: EngineClient, window: Window, record: Record, *, recall: int, stopped: Flag
    ) -> None:
        """
        Args:
            recall: most tokens of recalled text.
            stopped: once it is set, an answer ends after the current token.
        """
        self._engine, self._window, self._record = engine, window, record
        self._recall, self._stopped = recall, stopped

    def recall(self, answer: Answer, text: StoredText) -> Recalled:
        """What the text has for a question."""
        if answer.closed_book or text.read == 0:
            return Recalled([], ())
        return recall(
            text,
            answer.question,
            before=self._record.turns_before(answer.turn),
            past=self._record.past(answer.turn),
            tokens=self._recall,
            encode=self._engine.encode,
            likeness=likeness(self._engine, text),
        )

    def words(
        self,
        answer: Answer,
        recalled: Recalled,
        text: StoredText,
        *,
        most: int,
        left: int,
        sampling: Sampling,
    ) -> Iterator[AnswerText]:
        """Answer in at most `most` tokens, of which `left` fit into the window there was before.

        A phrase that was read from what was recalled of `text`, but stands nowhere in it, is none.
        Where nothing is recalled, what a model says is mostly made up, memory or not: one with a
        reader is asked to say it only on demand, or if there is nothing but a memory.
        """
        window, engine = self._window, self._engine
        room = window.budget.size - len(answer.prompt)
        lead = self._record.turn_before if recalled.leans else []
        lead = lead if room - len(lead) >= window.budget.answer else []
        stays = answer.kept and not answer.closed_book
        room = min(room - len(lead), left) if stays else room - len(lead)
        if recalled.answer:
            return answer.give(recalled.answer, engine, room=room)
        limit = min(most, room)
        remembering = answer.closed_book or window.without_text
        if engine.info.reads and not (remembering or recalled.passages):
            return self._refuse(answer, recalled, room)
        from_memory = remembering or bool(window.slept and not recalled.passages)
        reads = engine.info.reads and not from_memory
        asked = parts(answer.question)
        alone = reads and not answer.together and not recalled.lookup
        terms = _Terms(recalled, text, lead, limit, sampling)
        if alone and len(asked) > 1:
            return self._each(asked, answer, terms)
        if alone and recalled.passages and _one_by_one(answer.question):
            return self._answered(answer, self._surest, terms)
        if alone and recalled.passages and wants_reply(answer.question):
            return self._answered(answer, self._together, terms)
        window.clear(reading=not from_memory)
        answer.begin(engine, lead)
        if reads:
            absence = Absence.of(engine)
            answer.absence = absence.probability
            sure = recalled.lookup and not recalled.within  # what was looked up is there
            if absence.decided and not sure:
                return self._refuse(answer, recalled, room)
            sampling = absence.ruled_out(sampling)
        words = answer.generate(engine, limit=limit, sampling=sampling, stopped=self._stopped)
        if recalled.instead:
            instead = recalled.preface, recalled.instead
            shown = recalled.text_of(0 if recalled.itself else None)
            return answer.checked(words, instead, shown, engine, room=room)
        return words

    def told(self, asked: str, passages: Sequence[int], *, most: int) -> Answer:
        """What a model says of passages that it is asked to tell of, which is never that they do
        not say."""
        each, sampling = self._put(asked, passages, ()), Sampling()
        if self._engine.info.reads:
            sampling = Absence.of(self._engine).ruled_out(sampling)
        for _ in each.generate(self._engine, limit=most, sampling=sampling, stopped=self._stopped):
            pass
        return each

    def _answered(
        self, answer: Answer, read: Callable[[str, _Terms], Answer], terms: _Terms
    ) -> Iterator[AnswerText]:
        """Answer what is found by reading in some way, once all of it is there."""
        best = read(answer.question, terms)
        answer.place = best.place
        if best.refused:
            answer.absence = best.absence
            yield from self._refuse(answer, terms.recalled, terms.limit)
        else:
            yield from answer.take(best)

    def _each(self, asked: Sequence[str], answer: Answer, terms: _Terms) -> Iterator[AnswerText]:
        """Answer the questions that one consists of, one by one."""
        for question in asked:
            read = self._surest if _one_by_one(question) else self._together
            answer.parts.append(read(question, terms))
        said = [part for part in answer.parts if not part.refused]
        answer.interrupted = any(part.interrupted for part in answer.parts)
        if not said:
            answer.absence = max(part.absence for part in answer.parts)
            yield from self._refuse(answer, terms.recalled, terms.limit)
            return
        answer.likelihood = min(part.likelihood for part in said)
        text = "; ".join(part.text.strip().rstrip(".") for part in said)
        for part in answer.parts:
            if part.refused:
                text += f"\n\nI found nothing about “{part.question}”"
        yield from answer.give(text, self._engine, room=terms.limit)

    def _surest(self, question: str, terms: _Terms) -> Answer:
        """What a passage tells plainly, or what the one says that answers most surely. Where none
        gives the phrase that is asked for, each is read once more, with what stands around it."""
        for place, cited in enumerate(terms.recalled.citations):
            page = terms.text.page(cited.page).text[cited.start : cited.end]
            if answer := told(question, page):
                best = Answer(question, closed_book=False, kept=False, place=place)
                best.respell(answer, self._engine)
                return best
        best = self._surest_of(question, terms)
        if not best.refused or not wants_phrase(question) or self._stopped.is_set():
            return best
        wide = widened(terms.recalled, terms.text, self._engine.encode)
        again = self._surest_of(question, replace(terms, recalled=wide))
        return best if again.refused or again.absence >= LIKELY_AROUND else again

    def _surest_of(self, question: str, terms: _Terms) -> Answer:
        """The same of passages as they are, each read alone; of a reason or a way, what all of them
        say together, unless one alone is surer."""
        passages = terms.recalled.passages
        read = dict[int, tuple[Answer, Absence]]()
        several = len(passages) > 1
        every = self._together(question, terms) if several and wants_reason(question) else None

        def absent(place: int) -> float:
            if (read or every) and self._stopped.is_set():
                return 1.0
            each, absence = self._asked(question, passages[place], terms)
            each.place = place
            read[place] = each, absence
            return each.absence

        def say(place: int) -> tuple[Answer, float]:
            each, absence = read[place]
            self._say(each, absence, terms)
            return each, each.likelihood

        def fits(each: Answer) -> bool:
            if not plausible(each.text, question):
                return False
            if each.place is None:
                return True
            read_from = terms.recalled.text_of(each.place)
            return order_meets(question, borne_out_by(each.text, question, read_from))

        _, best = surest(
            len(passages),
            absent,
            say,
            fits=fits,
            refused=LIKELY,
            together=(every.absence, every, every.likelihood) if every else None,
        )
        likely = LIKELY_OF_ECHO if echoes(best.text, question) else LIKELY
        best.refused = best.absence >= likely
        if best.refused or not wants_phrase(question):
            return best
        if not unfounded(best, terms.recalled.citations, terms.text):
            return best
        best.refused = True
        if best.place is None or best.absence >= LIKELY_OF_COPY or self._stopped.is_set():
            return best
        _, absence = read[best.place]
        return self._copied(best, best.place, absence, terms)

    def _copied(self, best: Answer, place: int, absence: Absence, terms: _Terms) -> Answer:
        """A phrase of the passage at a place, where the reader is sure that it answers, and its own
        words stand on no page; what it said itself, if no phrase is fit."""
        copied = copies(terms.recalled.text_of(place), self._engine.encode)
        words = replace(terms, sampling=replace(terms.sampling, copied=copied))
        each = self._put(best.question, terms.recalled.passages[place], terms.lead)
        each.absence, each.place = best.absence, place
        self._say(each, absence, words)
        said, question = each.text, best.question
        fit = each.likelihood >= LEAST_OF_COPY and plausible(said, question)
        return each if fit and not echoes(said, question) else best

    def _together(self, question: str, terms: _Terms) -> Answer:
        """What all the passages say in one prompt."""
        each, absence = self._asked(question, terms.recalled.tokens, terms)
        each.refused = absence.decided
        if not each.refused:
            self._say(each, absence, terms)
        return each

    def _asked(
        self, question: str, passages: Sequence[int], terms: _Terms
    ) -> tuple[Answer, Absence]:
        """A question put behind passages alone, and how likely they do not answer it."""
        each = self._put(question, passages, terms.lead)
        absence = Absence.of(self._engine)
        each.absence = absence.probability
        return each, absence

    def _put(self, question: str, passages: Sequence[int], lead: Sequence[int]) -> Answer:
        engine, each = self._engine, Answer(question, closed_book=False, kept=False)
        each.prompt = engine.frame.asked([*passages, *engine.encode(question)])
        self._window.clear()
        each.begin(engine, lead)
        return each

    def _say(self, each: Answer, absence: Absence, terms: _Terms) -> None:
        """Answer, and mend what is said."""
        words, stopped = absence.ruled_out(terms.sampling), self._stopped
        for _ in each.generate(self._engine, limit=terms.limit, sampling=words, stopped=stopped):
            pass
        read_from = terms.recalled.text_of(each.place)
        each.respell(_mended(each.text, each.question, read_from), self._engine)

    def _refuse(self, answer: Answer, recalled: Recalled, room: int) -> Iterator[AnswerText]:
        answer.refused = True
        text = refusal(answer.pages, recalled.within)
        return answer.give(text, self._engine, room=room)


def _one_by_one(question: str) -> bool:
    """Whether passages are also read alone for it: what is asked for may stand in one of them."""
    return wants_phrase(question) or wants_reason(question)


def _mended(said: str, question: str, text: str) -> str:
    """An answer with names spelt as in the text it was read from, no yes or no against its own
    reason, and no explanation cut short."""
    said = coherent(as_spelt(said, text, question), question)
    return completed(said, borne_out_by(said, question, text)) if explained(question) else said
