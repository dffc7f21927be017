"""Lessons drawn with stated shares, in the frame that questions are asked in."""

import random
import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sleepdoc_model.reader import ABSENT
from sleepdoc_model.tokenizer import Tokenizer
from sleepdoc_model.training.probe import first_token
from sleepdoc_model.training.reader.conversation import NOTHING, Conversation
from sleepdoc_model.training.reader.retrieval import Retriever, overlap, pieces, sentences
from sleepdoc_model.training.reader.sources import ALIKE, CLOSE, JOINED, Asked, Text, made_up

SHARES = {
    "written": 0.2,
    "joined": 0.12,
    "close": 0.2,
    "asked": 0.2,
    "reworded": 0.12,
    "afriqa": 0.1,
    "fairytaleqa": 0.1,
    "plain": 0.08,
    "stories": 0.06,
    "records": 0.12,
    "chained": 0.06,
    "onestopqa": 0.05,
    "boolq": 0.03,
    "covid-qa": 0.02,
    "made up": 0.02,
    "qamr": 0.02,
    "redocred": 0.02,
    "clapnq": 0.02,
    "openstax": 0.02,
    "quoref-subset": 0.02,
    "foolmetwice": 0.01,
    "medquad": 0.01,
    "cpgqa": 0.01,
    "pubmedqa": 0.01,
    "scitldr": 0.01,
    "qmsum": 0.005,
    "ropes-subset": 0.005,
}
BUDGETS = (160, 240, 240, 320, 400, 560)
"""Tokens of recalled text, drawn alike."""
_EACH = 0.6
"""How often a text that says the same of many is asked all its questions, each as if it were the
first. The text does not see the question then, as it does otherwise."""
_SWAPPED = 0.07
"""How often a question's passage is taken away, so that the document does not say."""
_ALONE = 0.4
"""How often a passage comes alone, as they are read where a phrase is asked for."""
_MISLED = 0.3
"""How often one that comes alone does not answer."""
_QUOTED = 0.5
"""How often passages are quotes of a few sentences, as they are where many are recalled."""
_TURN_BEFORE = 0.5
"""How often a follow-up comes with passages of its own, behind the turn that it leans on."""
_MOST_ANSWER = 80
"""Tokens of an answer that are learnt."""
_GOLD_ALONE = 0.4
"""How often nothing is added to the right passage of a document that has no other."""


@dataclass(frozen=True)
class Recipe:
    """What lessons are drawn from, and how they are seen."""

    shares: Mapping[str, float] = field(default_factory=lambda: SHARES)
    """By source, in any unit; of sources that are not there the others take the share."""
    causal: float = 0.15
    """How often a prompt's tokens see only those before them, and not all of them each other."""


class Lessons:
    """Draws conversations; the same seed and number give the same one."""

    def __init__(
        self,
        tokenizer: Tokenizer,
        texts: Sequence[Text],
        plain: Sequence[Sequence[tuple[str, str]]],
        recipe: Recipe | None = None,
    ) -> None:
        """
        Args:
            plain: Sets of requests and answers, drawn from alike however large they are.
        """
        self.tokenizer, self.recipe = tokenizer, recipe or Recipe()
        self.plain = plain
        self.texts: dict[str, list[Text]] = defaultdict(list)
        for text in texts:
            self.texts[text.source].append(text)
        self.pools = {
            source: Retriever([p for t in known for page in t.passages for p in pieces(page)])
            for source, known in self.texts.items()
        }
        have = {*self.texts, "made up", *ALIKE, *(("plain",) if plain else ())}
        self.shares = {k: v for k, v in self.recipe.shares.items() if k in have}

    def draw(self, seed: int, number: int) -> Conversation:
        """Lesson `number` of the ones that `seed` makes, independent of those before it."""
        rng = random.Random(f"{seed}/{number}")
        source = rng.choices(list(self.shares), list(self.shares.values()))[0]
        if source == "plain":
            return self._plain(rng)
        if source in ALIKE:
            text = ALIKE[source](rng)
            return self._all(rng, pieces(text.passages[0]), text.questions)
        text = made_up(rng) if source == "made up" else rng.choice(self.texts[source])
        if source == JOINED or (source == CLOSE and rng.random() < _EACH):
            return self._all(rng, [" ".join(text.passages[0].split())], text.questions)
        return self._lesson(rng, text, whole=rng.random() >= self.recipe.causal)

    def _plain(self, rng: random.Random) -> Conversation:
        question, answer = rng.choice(rng.choice(self.plain))
        lesson = Conversation(plain=True)
        self._ask(lesson, question, answer, most=120)
        return lesson

    def _all(
        self, rng: random.Random, passages: Sequence[str], asked: Sequence[Asked]
    ) -> Conversation:
        """Of a text that says the same of many all may be needed, so all of it is there."""
        if rng.random() >= _EACH:
            return self._tokens(rng, passages, rng.sample(asked, min(2, len(asked))), whole=True)
        lesson = Conversation()
        for piece in passages:
            lesson.add(self._piece(rng, piece), block=0)
        for number, each in enumerate(asked, start=1):
            self._ask(
                lesson,
                each.text,
                each.answers[0],
                through=each.through,
                block=number,
                turn=number,
            )
        return lesson

    def _lesson(self, rng: random.Random, text: Text, *, whole: bool) -> Conversation:
        first = rng.choice([q for q in text.questions if q.kind != "follow"])
        own = [p for page in text.passages for p in pieces(page)]
        fact = first.kind not in ("absent", "summary", "title")
        alone = fact and rng.random() < _ALONE
        absent = fact and rng.random() < (_MISLED if alone else _SWAPPED)
        if absent:
            count = 1 if alone else rng.choice((1, 2, 3))
            found = self._others(rng, text, first, own, count, without=first)
            asked = [Asked(first.text, (ABSENT,), "absent")]
            kept = self._fitting(rng, found)
        else:
            found = self._found(rng, text, first, own)
            kept = self._fitting(rng, found[:1] if alone else found)
            asked = _row(rng, text.questions, first, own, kept, rng.choice((1, 2, 4, 6, 8)))
        if rng.random() < _QUOTED and not any(q.kind in ("summary", "title") for q in asked):
            kept = [quote(rng, piece, asked) for piece in kept]
        return self._tokens(rng, kept, asked, whole=whole)

    def _found(self, rng: random.Random, text: Text, first: Asked, own: Sequence[str]) -> list[str]:
        """The right passage, and what is found besides."""
        found = _gold(rng, first, own)
        if len(text.passages) > 1:
            # The rest of the same document is what search finds most often.
            rest = sorted(set(own) - set(found), key=lambda p: (-overlap(p, first.text), p))
            return found + rest[: rng.choice((0, 1, 2, 3))]
        if rng.random() > _GOLD_ALONE and first.kind not in ("summary", "title"):
            return found + self._others(rng, text, first, own, rng.choice((1, 2, 3)))
        return found

    def _fitting(self, rng: random.Random, found: Sequence[str]) -> list[str]:
        """What of the passages fits into a budget; the first always does."""
        budget, kept = rng.choice(BUDGETS), list[str]()
        for piece in found:
            cost = len(self.tokenizer.encode(piece))
            if not kept or cost <= budget:
                kept.append(piece)
                budget -= cost
        return kept

    def _others(
        self,
        rng: random.Random,
        text: Text,
        first: Asked,
        own: Sequence[str],
        count: int,
        without: Asked | None = None,
    ) -> list[str]:
        """What text search finds for the question elsewhere, without its answer."""
        pool = self.pools.get(text.source)
        if pool is None:
            return [made_up(rng).passages[0] for _ in range(min(count, 2))]
        mine = set(own)
        taboo = [a.casefold() for a in (without.answers if without else first.answers)]
        found = []
        if without is not None and len(own) > 1:  # of the document itself, but not the answer
            gold = set(_gold(random.Random(0), without, own))
            found = [p for p in own if p not in gold and not _holds(p, taboo)][:2]
        for index in pool.best(first.text, 12):
            piece = pool.pool[index]
            if piece not in mine and not _holds(piece, taboo):
                found.append(piece)
        found = found[: count + 2]
        rng.shuffle(found)
        return found[:count] or [rng.choice(pool.pool)]

    def _tokens(
        self, rng: random.Random, kept: Sequence[str], asked: Sequence[Asked], *, whole: bool
    ) -> Conversation:
        frame, encode = self.tokenizer.frame, self.tokenizer.encode
        lesson, rest = Conversation(), list(asked)
        if len(asked) > 1 and asked[1].kind == "follow" and rng.random() < _TURN_BEFORE:
            lesson.add(frame.asked(encode(asked[0].text)))
            lesson.add([*encode(asked[0].answers[0]), *frame.answer_close])
            rest = rest[1:]
        for piece in rng.sample(kept, len(kept)):
            lesson.add(self._piece(rng, piece), block=0 if whole else -1)
        for number, each in enumerate(rest):
            answer = rng.choice(each.answers[:2])
            block = number if whole else -1
            self._ask(lesson, each.text, answer, through=each.through, block=block)
        return lesson

    def _ask(
        self,
        lesson: Conversation,
        question: str,
        answer: str,
        *,
        through: str = "",
        block: int = -1,
        turn: int = 0,
        most: int = _MOST_ANSWER,
    ) -> None:
        """Add a question and its answer, of which `most` tokens are learnt."""
        frame, encode = self.tokenizer.frame, self.tokenizer.encode
        lesson.add(frame.asked(encode(question)), block=block, turn=turn)
        known = first_token(self.tokenizer, through) if through else NOTHING
        lesson.answer(encode(answer)[:most], frame.answer_close, known)

    def _piece(self, rng: random.Random, piece: str) -> list[int]:
        """Ids of a passage as recall writes it."""
        text = _blemish(rng, piece) if rng.random() < 0.12 else piece
        label = rng.choice((str(rng.randint(1, 400)), rng.choice(("ii", "iv", "ix", "xii", "A-3"))))
        return self.tokenizer.encode(f"[p. {label}] {text}\n\n")


def _row(
    rng: random.Random,
    questions: Sequence[Asked],
    first: Asked,
    own: Sequence[str],
    kept: Sequence[str],
    count: int,
) -> list[Asked]:
    """`count` questions that the passages kept answer too, `first` first; a follow-up right behind
    what it leans on."""

    def answered(each: Asked) -> bool:
        if each.kind in ("absent", "summary", "title"):
            return True
        return each is first or _gold(random.Random(0), each, own)[0] in kept

    heads = [q for q in questions if q.kind != "follow" and q is not first and answered(q)]
    row: list[Asked] = []
    for head in (first, *rng.sample(heads, min(count - 1, len(heads)))):
        row.append(head)
        for later in questions[questions.index(head) + 1 :]:
            if later.kind != "follow" or not answered(later):
                break
            row.append(later)
    return row[: max(count, 2)]


def _gold(rng: random.Random, asked: Asked, own: Sequence[str]) -> list[str]:
    """The pieces of its document that a question is answered from, best first."""
    if asked.kind in ("summary", "title"):
        return list(own[: rng.choice((1, 2, 3, 4))])
    about = " ".join((asked.text, asked.evidence, *asked.answers[:1]))
    if asked.kind == "absent":
        about = asked.text
    held = [p for p in own if any(a in p for a in asked.answers)] if asked.kind == "fact" else []
    ranked = sorted(held or own, key=lambda p: -overlap(p, about))
    return ranked[:1] if held or asked.evidence else ranked[:2]


def _holds(piece: str, answers: Sequence[str]) -> bool:
    folded = piece.casefold()
    return any(answer in folded for answer in answers)


def quote(rng: random.Random, piece: str, asked: Sequence[Asked]) -> str:
    """A few sentences in a row: those from the first to the last that an answer stands in, or the
    one most like the first question, and up to two on either side."""
    parts = sentences(piece)
    held = [
        i
        for i, part in enumerate(parts)
        if any(part in q.evidence or any(a in part for a in q.answers) for q in asked)
    ]
    if not held:
        held = [max(range(len(parts)), key=lambda i: overlap(parts[i], asked[0].text))]
    first, last = held[0] - rng.choice((0, 1, 1, 2)), held[-1] + rng.choice((0, 1, 1, 2))
    return " ".join(parts[max(0, first) : last + 1])


def _blemish(rng: random.Random, text: str) -> str:
    """Text as a PDF can give it."""
    make: Callable[[], str] = rng.choice(
        (
            lambda: re.sub(
                r"\b(\w{4})(\w{4,})\b",
                lambda m: f"{m[1]}- {m[2]}" if rng.random() < 0.06 else m[0],
                text,
            ),
            lambda: text.replace("fi", "ﬁ").replace("fl", "ﬂ"),
            lambda: f"{rng.randint(1, 9)}.{rng.randint(1, 9)} {' '.join(text.split()[:3])} {text}",
            lambda: re.sub(r" ", lambda m: "" if rng.random() < 0.015 else " ", text),
            lambda: f"{rng.randint(2, 300)} {text}",
        )
    )
    return make()
