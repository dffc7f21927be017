"""Questions with what recall finds for them, right and wrong, for the reader to learn from.

python -m sleepdoc_model.training.recall_vectors.recalled --reading DIR --states DIR --out FILE

A line is {"question", "kind", "answers", "right", "wrong"}: passages as recall cuts and ranks them,
best first, those with the answer and others. What was written for the reader is looked for in its
own text alone, as what others say may answer it as well.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import torch
from torch import Tensor

from sleepdoc_model.recall.fusion import fused
from sleepdoc_model.recall.passages import Span
from sleepdoc_model.recall.query import ask
from sleepdoc_model.recall_heads import RecallHeads, cosines, load_recall_heads
from sleepdoc_model.training.reader import sources
from sleepdoc_model.training.reader.sources import Recalled, Text, load_reading, load_written
from sleepdoc_model.training.recall_vectors.embedded import embedded
from sleepdoc_model.training.recall_vectors.mixture import Mixture, lessons, mixture, named
from sleepdoc_model.training.recall_vectors.states import PooledStates
from sleepdoc_model.training.recall_vectors.texts import PARTS, WRITTEN, Asked, parts, written

_MOST = 6
"""Passages of either kind that are kept."""
_DEPTH = 100


class Known:
    """Texts by what a question about them is known by."""

    def __init__(self, texts: Sequence[Text]) -> None:
        self._asked = {(text.title, each.text): each for text in texts for each in text.questions}
        self._absent = {
            text.title: [each.text for each in text.questions if each.kind == "absent"]
            for text in texts
        }

    def of(self, asked: Asked) -> sources.Asked | None:
        return self._asked.get((asked.title, asked.text))

    def absent(self, title: str) -> Sequence[str]:
        """Questions that a text does not answer."""
        return self._absent.get(title, ())


def recalled(
    of: Mixture, heads: RecallHeads, states: PooledStates, known: Known
) -> Iterator[Recalled]:
    """What is found in a mixture for the questions that may be learnt from, and for those that its
    texts do not answer."""
    texts = dict(of.pages)
    right = {lesson.question: {*lesson.right, *lesson.same} for lesson in lessons(of)}
    pages = {asked.title: set[int]() for asked in of.asked}
    for each in of.asked:
        pages[each.title].add(each.page)
    absent = [
        Asked(question, min(pages[title]), "absent", (), title, held_out=False, alone=True)
        for title in pages
        for question in known.absent(title)
    ]
    pooled = [of.questions, *([states.questions([a.text for a in absent])] if absent else [])]
    similar = _similar(heads, of, torch.cat(pooled))
    for number, asked in enumerate([*of.asked, *absent]):
        answered = known.of(asked)
        if asked.held_out or answered is None or not (asked.wanted or asked.alone):
            continue
        wanted = right.get(number, set())
        likeness = dict(enumerate(similar[number].tolist()))
        found = fused(of.index, ask(asked.text), likeness, limit=_DEPTH).hits
        taboo = [each.casefold() for each in answered.answers if asked.kind == "fact"]
        sides: tuple[list[str], list[str]] = [], []
        for hit in found:
            passage = hit.passage
            if asked.alone and passage.page not in pages[asked.title]:
                continue
            said = texts[passage.page][passage.start : passage.end]
            first, last = passage.sentences
            if any(first <= n <= last for n in wanted):
                sides[0].append(said)
            elif not any(each in said.casefold() for each in taboo):
                sides[1].append(said)
        good, bad = (tuple(side[:_MOST]) for side in sides)
        if bad and (good or asked.kind == "absent"):
            yield Recalled(asked.text, answered.kind, answered.answers, good, bad)


def _similar(heads: RecallHeads, of: Mixture, questions: Tensor) -> Tensor:
    similar = cosines(heads.question(questions), heads.sentence(of.sentences))
    spans: list[Span] = [each.sentences for each in of.index.load(range(of.index.size))]
    return torch.stack([similar[:, a : b + 1].amax(1) for a, b in spans], dim=1)


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
