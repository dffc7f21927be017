"""The examples that lessons are made of: facts about made-up people, and stories."""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sleepdoc_model.tasks import facts, fairytale, numbers, records, two_hop
from sleepdoc_model.tasks.fairytale import Story, StoryWindow
from sleepdoc_model.tasks.types import Example, Question


@dataclass(frozen=True)
class Sources:
    """What lessons are drawn from."""

    stories: Sequence[Story] = ()
    plain: Sequence[Sequence[Question]] = ()
    """Instructions that have nothing to do with any document; as many are drawn of each origin."""
    texts: Sequence[Example] = ()
    """Short texts of many kinds, and what people asked about them."""
    fact_documents: int = 0
    """Of how many documents of facts there are; 0: every one is new."""


def few_facts(rng: random.Random, sources: Sources) -> Example:
    """Some facts in a few short windows, mostly one."""
    return _few(rng, sources, "facts", facts.make_example)


def many_facts(rng: random.Random, sources: Sources) -> Example:
    """Up to 64 facts in up to four short windows."""
    known, windows = rng.choice(((16, 1), (32, 2), (64, 4)))
    return facts.make_example(rng, facts=known, windows=windows, questions=8, split="train")


def few_numbers(rng: random.Random, sources: Sources) -> Example:
    """The same of figures."""
    return _few(rng, sources, "numbers", numbers.make_example)


def _few(rng: random.Random, sources: Sources, kind: str, make: Callable[..., Example]) -> Example:
    told = rng
    if sources.fact_documents:
        told = random.Random(f"{kind} {rng.randrange(sources.fact_documents)}")
    known, windows = told.choice(((4, 1), (8, 1), (16, 1), (16, 1), (16, 2), (32, 2)))
    asked = 4 if told is rng else known
    example = make(told, facts=known, windows=windows, questions=asked, split="train")
    return replace(example, questions=tuple(rng.sample(example.questions, min(6, asked))))


def hops(rng: random.Random, sources: Sources) -> Example:
    """Questions that take two facts, read in different windows."""
    return two_hop.make_example(rng, pairs=rng.randint(2, 6), windows=2, questions=4, split="train")


def recorded(rng: random.Random, sources: Sources) -> Example:
    """Similar things said of several entities, in one window or in two."""
    entities, windows = rng.choice((2, 3, 4, 6)), rng.choice((1, 1, 2))
    return records.make_example(
        rng, entities=entities, windows=windows, questions=8, split="train", joins=0.0
    )


def sections_in_a_row(rng: random.Random, sources: Sources) -> Example:
    """Some sections of a story, each slept on by itself."""
    count = rng.randint(2, 6)
    example = fairytale.make_example(rng, sources.stories, sections=1, windows=count, questions=6)
    return _and_continued(rng, example)


def quoted_fact(rng: random.Random, sources: Sources) -> Example:
    """A question about a fact quoted in front of it: not all is for memory to know."""
    example = few_facts(rng, sources)
    quoted = rng.choice((facts, numbers)).make_facts(rng, 3, "train")
    passage = " ".join(fact.statement(rng) for fact in quoted)
    asked = (_behind(passage, rng, fact.question(rng)) for fact in quoted)
    return Example(example.windows, (*example.questions[:2], *asked))


def unslept_facts(rng: random.Random, sources: Sources) -> Example:
    """Facts that were slept on, and others that still stand in the window."""
    slept = few_facts(rng, sources)
    unslept = rng.choice((facts, numbers)).make_facts(rng, rng.randint(2, 8), "train")
    asked = [*slept.questions[:2]]
    asked += [fact.question(rng) for fact in rng.sample(unslept, min(4, len(unslept)))]
    rng.shuffle(asked)
    text = " ".join(fact.statement(rng) for fact in unslept) + "\n\n"
    return Example(slept.windows, tuple(asked), unslept=text)


def hidden_facts(rng: random.Random, sources: Sources) -> Example:
    """Facts here and there in a long window of a story."""
    known = facts.make_facts(rng, 12, "train")
    sentences = any_window(rng, sources).split(". ")
    start = rng.randrange(len(sentences) // 3 + 1)
    text = sentences[start : start + len(sentences) * 2 // 3]
    for fact in known:
        text.insert(rng.randint(0, len(text)), fact.statement(rng).removesuffix("."))
    asked = rng.sample(known, min(8, len(known)))
    return Example((". ".join(text) + ".\n\n",), tuple(f.question(rng) for f in asked))


def section(rng: random.Random, sources: Sources) -> Example:
    """One section of a story: what people asked about it, and how its sentences go on."""
    example = fairytale.make_example(rng, sources.stories, sections=1, windows=1, questions=6)
    return _and_continued(rng, example)


def short_texts(rng: random.Random, sources: Sources) -> Example:
    """One to three short texts that have nothing to do with each other, each slept on by itself."""
    taken = rng.sample(sources.texts, rng.choice((1, 1, 2, 3)))
    asked = [question for text in taken for question in text.questions]
    windows = tuple(window for text in taken for window in text.windows)
    return Example(windows, tuple(rng.sample(asked, min(8, len(asked)))))


def unslept(rng: random.Random, sources: Sources) -> Example:
    """Two sections of a story: the first is slept on, the second still in the window."""
    example = fairytale.make_example(rng, sources.stories, sections=1, windows=2, questions=4)
    return Example(example.windows[:1], example.questions, unslept="".join(example.windows[1:]))


def several_windows(rng: random.Random, sources: Sources) -> Example:
    """Up to three long windows in a row from one story."""
    count = rng.choice((1, 2, 3))
    _, taken = _windows(rng, sources, count)
    known = [question for window in taken for _, question in window.questions]
    asked = rng.sample(known, min(6, len(known)))
    return _and_continued(rng, Example(tuple(window.text for window in taken), tuple(asked)))


def whole_story(rng: random.Random, sources: Sources) -> Example:
    """All windows of a story; some questions stand behind a passage found by text search."""
    story = rng.choice([story for story in sources.stories if story.questions])
    asked = [
        _behind_passage(rng, story.sections[i], question) if rng.random() < 0.15 else question
        for i, question in rng.sample(story.questions, min(8, len(story.questions)))
    ]
    return Example(tuple(window.text for window in story.windows), tuple(asked))


def recalled(rng: random.Random, sources: Sources) -> Example:
    """A long window; some questions stand behind a passage found by text search."""
    story, (window,) = _windows(rng, sources, 1)
    asked = [
        _behind_passage(rng, story.sections[i], question) if rng.random() < 0.7 else question
        for i, question in rng.sample(window.questions, min(4, len(window.questions)))
    ]
    return Example((window.text,), tuple(asked))


def plain(rng: random.Random, sources: Sources) -> Example:
    """A section of a story, and an instruction that has nothing to do with it."""
    text = rng.choice(rng.choice(sources.stories).sections)
    return Example((text + "\n\n",), (_instruction(rng, sources),))


def plain_after_story(rng: random.Random, sources: Sources) -> Example:
    """All windows of a story, and instructions that have nothing to do with it."""
    asked = (_instruction(rng, sources), _instruction(rng, sources))
    return replace(whole_story(rng, sources), questions=asked)


def any_window(rng: random.Random, sources: Sources) -> str:
    return rng.choice(rng.choice(sources.stories).windows).text


def _instruction(rng: random.Random, sources: Sources) -> Question:
    return rng.choice(rng.choice(sources.plain))


def _windows(
    rng: random.Random, sources: Sources, count: int
) -> tuple[Story, Sequence[StoryWindow]]:
    """Windows in a row from one story, with questions; its last are drawn as often as its first."""
    while True:
        story = rng.choice(sources.stories)
        first = rng.randint(1 - count, len(story.windows) - 1)
        taken = story.windows[max(0, first) : first + count]
        if any(window.questions for window in taken):
            return story, taken


def _and_continued(rng: random.Random, example: Example) -> Example:
    """Ask how two of its sentences go on, too. Any text has such questions."""
    sentences = [s.split() for w in example.windows for s in re.split(r"(?<=[.!?])\s+", w)]
    known = [words for words in sentences if 8 <= len(words) <= 40]
    questions = list(example.questions)
    for words in rng.sample(known, min(2, len(known))):
        cut = rng.randint(4, len(words) - 3)
        said = f"How does this go on? {' '.join(words[:cut])}"
        questions.append(Question(said, " ".join(words[cut:][:16])))
    rng.shuffle(questions)
    return Example(example.windows, tuple(questions))


def _behind_passage(rng: random.Random, text: str, question: Question) -> Question:
    """The question as the application asks it after a search: about 400 characters in front."""
    start = rng.randint(0, max(0, len(text) - 400))
    quote = text[start : start + 400].partition(" ")[2].rpartition(" ")[0]
    return _behind(quote, rng, question)


def _behind(quote: str, rng: random.Random, question: Question) -> Question:
    return Question(f"[p. {rng.randint(1, 200)}] {quote}\n\n{question.text}", question.answer)
