"""The words of an answer: what is recalled for a question, and how it is read."""

from collections.abc import Iterator, Sequence
from threading import Event as Flag

from sleepdoc.reading.absence import LIKELY, Absence, refusal
from sleepdoc.reading.answer import Answer
from sleepdoc.reading.client import EngineClient
from sleepdoc.reading.events import AnswerText
from sleepdoc.reading.recall import Recalled, StoredText, recall
from sleepdoc.reading.record import Record
from sleepdoc.reading.window import Window
from sleepdoc_model.engine import Sampling
from sleepdoc_model.recall.surest import surest, wants_phrase


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
        )

    def words(
        self, answer: Answer, recalled: Recalled, *, most: int, left: int, sampling: Sampling
    ) -> Iterator[AnswerText]:
        """Answer in at most `most` tokens, of which `left` fit into the window there was before.

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
        alone = not answer.together and len(recalled.passages) > 1 and not recalled.lookup
        if reads and alone and wants_phrase(answer.question):
            return self._alone(answer, recalled, lead, limit, sampling)
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
            return answer.checked(words, recalled.instead, recalled.text, engine, room=room)
        return words

    def _alone(
        self,
        answer: Answer,
        recalled: Recalled,
        lead: Sequence[int],
        limit: int,
        sampling: Sampling,
    ) -> Iterator[AnswerText]:
        """Answer from the passage that answers most surely when it is read alone."""
        engine, stopped = self._engine, self._stopped
        asked, read = engine.encode(answer.question), dict[int, tuple[Answer, Absence]]()

        def absent(place: int) -> float:
            if read and stopped.is_set():
                return 1.0
            each = Answer(answer.question, closed_book=False)
            each.prompt = engine.frame.asked([*recalled.passages[place], *asked])
            self._window.clear()
            each.begin(engine, lead)
            absence = Absence.of(engine)
            each.absence = absence.probability
            read[place] = each, absence
            return each.absence

        def say(place: int) -> tuple[Answer, float]:
            each, absence = read[place]
            words = absence.ruled_out(sampling)
            for _ in each.generate(engine, limit=limit, sampling=words, stopped=stopped):
                pass
            return each, each.likelihood

        answer.place, best = surest(len(recalled.passages), absent, say)
        if best.absence >= LIKELY:
            answer.absence = best.absence
            yield from self._refuse(answer, recalled, limit)
        else:
            yield from answer.take(best)

    def _refuse(self, answer: Answer, recalled: Recalled, room: int) -> Iterator[AnswerText]:
        answer.refused = True
        text = refusal(answer.pages, recalled.within)
        return answer.give(text, self._engine, room=room)
