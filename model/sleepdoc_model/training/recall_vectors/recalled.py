"""Questions with what recall finds for them, right and wrong, for the reader to learn from.

python -m sleepdoc_model.training.recall_vectors.recalled --reading DIR --states DIR --out FILE

A line is {"question", "kind", "answers", "right", "others", "near"}: the quotes that recall puts in
front of a question, best first, those with the answer and the others; and passages that are found
first and do not have it. Of what was written for the reader these are of its own text alone, as
what others say may answer it as well.
"""

import argparse
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate
from pathlib import Path

import torch

from sleepdoc_model.recall.fusion import Similar, fused
from sleepdoc_model.recall.packing import ranked
from sleepdoc_model.recall.parts import parts as parts_of
from sleepdoc_model.recall.passages import sentences, touched
from sleepdoc_model.recall.query import ask, ask_each
from sleepdoc_model.recall.written import packer, write
from sleepdoc_model.recall_heads import RecallHeads, load_recall_heads
from sleepdoc_model.tokenizer import Tokenizer
from sleepdoc_model.training.reader import sources
from sleepdoc_model.training.reader.sources import Recalled, Text, load_reading, load_written
from sleepdoc_model.training.recall_vectors.embedded import embedded
from sleepdoc_model.training.recall_vectors.mixture import (
    Mixture,
    lessons,
    likened,
    mixture,
    named,
)
from sleepdoc_model.training.recall_vectors.states import PooledStates
from sleepdoc_model.training.recall_vectors.texts import (
    PARTS,
    WRITTEN,
    Asked,
    Pages,
    parts,
    written,
)

_MOST = 6
"""Passages without the answer that are kept."""
_BUDGET = 400
"""Tokens of what is quoted, the default of the application."""
_DEPTH = 100


class Known:
    """Texts and their questions by title."""

    def __init__(self, texts: Sequence[Text]) -> None:
        self._texts = defaultdict[str, list[Text]](list)
        for text in texts:
            self._texts[text.title].append(text)

    def answered(self, asked: Asked) -> sources.Asked | None:
        """The same question with its answers."""
        every = (each for text in self._texts[asked.title] for each in text.questions)
        return next((each for each in every if each.text == asked.text), None)

    def absent(self, pages: Pages, titles: Iterable[str]) -> Iterator[Asked]:
        """Questions that the texts with these titles do not answer."""
        numbers = {said: number for number, said in pages}
        for title in titles:
            for text in self._texts[title]:
                page = numbers.get(text.passages[0], 0)  # others may have the same title
                for each in text.questions:
                    if page and each.kind == "absent":
                        yield Asked(each.text, page, "absent", (), title, False, alone=True)

    def own(self, title: str) -> set[str]:
        """The pages of the texts with a title."""
        return {page for text in self._texts[title] for page in text.passages}


def recalled(
    of: Mixture, heads: RecallHeads, states: PooledStates, known: Known
) -> Iterator[Recalled]:
    """What is found in a mixture for the questions that may be learnt from; of texts written for
    the reader also for those that they do not answer."""
    told = {lesson.question: {*lesson.right, *lesson.same} for lesson in lessons(of)}
    ours = list(dict.fromkeys(each.title for each in of.asked if each.alone))
    absent = list(known.absent(of.pages, ours))
    pooled = [of.questions, *([states.questions([a.text for a in absent])] if absent else [])]
    spans = [each.sentences for each in of.index.load(range(of.index.size))]
    similar = likened(heads, of.sentences, torch.cat(pooled), spans)
    quoting = _Quoting(of, states.tokenizer)
    for number, asked in enumerate([*of.asked, *absent]):
        answered = known.answered(asked)
        # Where only its page is known to answer, so may others.
        if asked.held_out or answered is None or not (asked.wanted or asked.alone):
            continue
        own = known.own(asked.title) if asked.alone else set(quoting.pages.values())
        taboo = [each.casefold() for each in answered.answers if answered.kind == "fact"]
        wanted = told.get(number, set())
        likeness = dict(enumerate(similar[number].tolist()))
        right, others = _apart(quoting.quotes(asked.text, likeness), wanted, taboo)
        found = quoting.passages(asked.text, likeness)
        having, near = _apart(
            ((said, numbers) for page, said, numbers in found if page in own), wanted, taboo
        )
        right = right or having[:1]
        if near and (right or answered.kind == "absent"):
            yield Recalled(
                asked.text,
                answered.kind,
                answered.answers,
                tuple(right),
                tuple(others),
                tuple(near[:_MOST]),
            )


class _Quoting:
    """What recall finds in a mixture, with the numbers of its sentences."""

    def __init__(self, of: Mixture, tokenizer: Tokenizer) -> None:
        self.pages = dict(of.pages)
        self._index, self._encode = of.index, lru_cache(maxsize=None)(tokenizer.encode)
        self._packer = packer(self.pages.__getitem__, self._encode)
        self._spans = {number: sentences(text) for number, text in of.pages}
        before = accumulate(map(len, self._spans.values()), initial=0)
        self._before = dict(zip(self._spans, before, strict=False))

    def quotes(self, question: str, likeness: Similar) -> Iterator[tuple[str, range]]:
        """Those in front of a question."""
        asked = parts_of(question)
        near = [likeness] if len(asked) == 1 else ()
        found = ranked(self._index, ask_each(asked), self._packer, _BUDGET, near)
        _, kept = write(found, lambda n: (str(n), self.pages[n]), _BUDGET, self._encode)
        for quote, words in kept:
            first, last = touched(self._spans[quote.page], (quote.start, quote.end))
            before = self._before[quote.page]
            yield words, range(before + first, before + last + 1)

    def passages(self, question: str, likeness: Similar) -> Iterator[tuple[str, str, range]]:
        """Those that are found first, and the text of their pages."""
        for hit in fused(self._index, ask(question), likeness, limit=_DEPTH).hits:
            page, (first, last) = self.pages[hit.passage.page], hit.passage.sentences
            words = " ".join(page[hit.passage.start : hit.passage.end].split())
            yield page, words, range(first, last + 1)


def _apart(
    found: Iterable[tuple[str, range]], wanted: Collection[int], taboo: Sequence[str]
) -> tuple[list[str], list[str]]:
    """What has one of the sentences that are wanted, and what has none and no answer by chance."""
    having, lacking = list[str](), list[str]()
    for said, numbers in found:
        if any(number in wanted for number in numbers):
            having.append(said)
        elif not any(each in said.casefold() for each in taboo):
            lacking.append(said)
    return having, lacking


def main() -> None:
    options = _options()
    states = embedded(options.heads, options.reader, options.reading, options.cache)
    heads = load_recall_heads(options.recall)
    of_sets = Known(load_reading(options.reading, "train"))
    of_ours = Known(load_written())
    every = [(of_sets, [*named("part", parts(options.reading, options.parts))])]
    every += [(of_ours, [each]) for each in named("written", written(options.written))]
    with options.out.open("w", encoding="utf-8") as file:
        for known, those in every:
            found = mixture(those, states, options.states)
            for each in recalled(found, heads, states, known):
                file.write(json.dumps(vars(each), ensure_ascii=False) + "\n")
            file.flush()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m sleepdoc_model.training.recall_vectors.recalled"
    )
    parser.add_argument("--reading", type=Path, required=True, help="folder of reading data sets")
    parser.add_argument("--parts", type=int, default=PARTS, help=f"of {PARTS}; the first ones")
    parser.add_argument("--written", type=int, default=WRITTEN, help="documents of texts of ours")
    parser.add_argument("--heads", type=Path, required=True, help="of the default model")
    parser.add_argument("--reader", type=Path, required=True, help="of the default model")
    parser.add_argument("--recall", type=Path, required=True, help="what makes vectors")
    parser.add_argument("--states", type=Path, required=True, help="where what is pooled is kept")
    parser.add_argument("--cache", type=Path, help="where prepared weights are")
    parser.add_argument("--out", type=Path, required=True)
    return parser.parse_args()


if __name__ == "__main__":
    main()
