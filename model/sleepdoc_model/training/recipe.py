"""What is trained on, step by step. A step's lesson depends on seed and step alone."""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

from sleepdoc_model.tasks import facts
from sleepdoc_model.tasks.fairytale import Story
from sleepdoc_model.tasks.types import Example, Question
from sleepdoc_model.training.data import Lesson

KINDS = ("facts", "hidden", "windows", "sections", "recalled", "quoted", "continued")


@dataclass(frozen=True)
class Recipe:
    """Kinds of lesson, about facts of made-up people and about stories.

    - facts: a few facts in a short window
    - hidden: facts here and there in a long window of a story
    - windows: up to three long windows in a row from one story
    - sections: one section of a story
    - recalled: long windows too, and the question stands behind a passage found by text search
    - quoted: facts, and the question is about another fact, quoted in front of it: what memory
      does not hold has to be read in the window
    - continued: sections of a story, and the question is how a sentence of them goes on; any text
      has such questions, with far more answer tokens than those that people asked

    After the first steps all of them may have windows of other stories before and after.
    """

    short: int = 320
    """Steps at the beginning in which all is short: facts, and sections of stories."""
    short_shares: tuple[float, ...] = (0.4, 0.0, 0.0, 0.6, 0.0, 0.0, 0.0)
    shares: tuple[float, ...] = (0.36, 0.12, 0.12, 0.06, 0.17, 0.17, 0.0)
    few: int = 40
    """Long windows are of so many stories: what the base makes of them fits into memory."""
    fact_documents: int = 16
    long_documents: int = 3
    section_documents: int = 6
    before: tuple[int, ...] = (0, 0, 0, 1, 3, 10)
    after: tuple[int, ...] = (0, 0, 0, 1, 1, 2)

    def passes(self, seed: int, step: int) -> int:
        """Sometimes two, so that a second does good."""
        return 2 if random.Random(f"passes/{seed}/{step}").random() < 0.15 else 1

    def draw(self, seed: int, step: int, stories: Sequence[Story]) -> Lesson:
        """The documents of one step."""
        rng = random.Random(f"{seed}/{step}")
        if not stories:
            return Lesson(self._facts(rng))
        long, few = step >= self.short, stories[: self.few]
        kind = rng.choices(KINDS, self.shares if long else self.short_shares)[0]
        before = [self._window(rng, few) for _ in range(rng.choice(self.before) * long)]
        after = [self._window(rng, few) for _ in range(rng.choice(self.after) * long)]
        if kind == "facts":
            return Lesson(self._facts(rng), before, after)
        if kind == "quoted":
            return Lesson(self._quoted(rng), before, after)
        if kind == "hidden":
            hidden = [self._hidden(rng, stories) for _ in range(self.long_documents)]
            return Lesson(hidden, before, after)
        if kind == "sections":
            told = [self._section(rng, stories) for _ in range(self.section_documents)]
            return Lesson(told, before, after)
        if kind == "continued":
            continued = [self._continued(rng, stories) for _ in range(self.section_documents)]
            return Lesson(continued, before, after)
        told = [self._told(rng, few, kind == "recalled") for _ in range(self.long_documents)]
        return Lesson(told, before, after, kept=True)

    def _facts(self, rng: random.Random) -> list[Example]:
        return [
            facts.make_example(rng, facts=rng.randint(3, 8), windows=1, questions=3, split="train")
            for _ in range(self.fact_documents)
        ]

    def _quoted(self, rng: random.Random) -> list[Example]:
        examples = []
        for example in self._facts(rng):
            quoted = facts.make_facts(rng, 3, "train")
            passage = " ".join(fact.statement(rng) for fact in quoted)
            questions = (fact.question(rng) for fact in quoted)
            asked = tuple(_behind(passage, rng, question) for question in questions)
            examples.append(Example(example.windows, asked))
        return examples

    def _hidden(self, rng: random.Random, stories: Sequence[Story]) -> Example:
        known = facts.make_facts(rng, 12, "train")
        sentences = self._window(rng, stories).split(". ")
        start = rng.randrange(len(sentences) // 3 + 1)
        text = sentences[start : start + len(sentences) * 2 // 3]
        for fact in known:
            text.insert(rng.randint(0, len(text)), fact.statement(rng).removesuffix("."))
        asked = rng.sample(known, min(8, len(known)))
        return Example((". ".join(text) + ".\n\n",), tuple(f.question(rng) for f in asked))

    def _told(self, rng: random.Random, stories: Sequence[Story], recalled: bool) -> Example:
        """Windows in a row from one story. Its last windows are drawn as often as its first."""
        count = 1 if recalled else rng.choice((1, 2, 3))
        while True:
            story = rng.choice(stories)
            first = rng.randint(1 - count, len(story.windows) - 1)
            taken = range(max(0, first), min(len(story.windows), first + count))
            known = [(i, q) for w in taken for i, q in story.windows[w].questions]
            if known:
                break
        asked = rng.sample(known, min(2 if recalled else 6, len(known)))
        questions = [
            _behind_passage(rng, story.sections[i], question) if recalled else question
            for i, question in asked
        ]
        return Example(tuple(story.windows[w].text for w in taken), tuple(questions))

    def _section(self, rng: random.Random, stories: Sequence[Story]) -> Example:
        story = rng.choice(stories)
        section = rng.choice([i for w in story.windows for i, _ in w.questions])
        known = [q for w in story.windows for i, q in w.questions if i == section]
        return Example(
            (story.sections[section] + "\n\n",), tuple(rng.sample(known, min(3, len(known))))
        )

    def _continued(self, rng: random.Random, stories: Sequence[Story]) -> Example:
        while True:
            text = rng.choice(rng.choice(stories).sections)
            words = [s.split() for s in re.split(r"(?<=[.!?])\s+", text)]
            known = [sentence for sentence in words if 8 <= len(sentence) <= 40]
            if known:
                break
        questions = []
        for sentence in rng.sample(known, min(5, len(known))):
            cut = rng.randint(4, len(sentence) - 3)
            question = f"How does this go on? {' '.join(sentence[:cut])}"
            questions.append(Question(question, " ".join(sentence[cut:][:16])))
        return Example((text + "\n\n",), tuple(questions))

    def _window(self, rng: random.Random, stories: Sequence[Story]) -> str:
        return rng.choice(rng.choice(stories).windows).text


RECIPES = {
    "default": Recipe(),
    "continued": Recipe(short=0, shares=(0.1, 0.0, 0.1, 0.25, 0.0, 0.05, 0.5)),
}
"""By the name that a run is given: what the shipped heads were trained on, and what is tried."""


def _behind_passage(rng: random.Random, section: str, question: Question) -> Question:
    """The question as the application asks it after a search: about 400 characters in front."""
    start = rng.randint(0, max(0, len(section) - 400))
    quote = section[start : start + 400].partition(" ")[2].rpartition(" ")[0]
    return _behind(quote, rng, question)


def _behind(quote: str, rng: random.Random, question: Question) -> Question:
    return Question(f"[p. {rng.randint(1, 200)}] {quote}\n\n{question.text}", question.answer)
