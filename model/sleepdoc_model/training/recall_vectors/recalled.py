"""Questions with what recall finds for them, right and wrong, for the reader to learn from.

python -m sleepdoc_model.training.recall_vectors.recalled --reading DIR --states DIR --out FILE

A line is {"question", "kind", "answers", "right", "wrong"}: passages as recall cuts and ranks them,
best first, those with the answer and others. What was written for the reader is looked for in its
own text alone, as what others say may answer it as well.
"""

import argparse
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
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
from sleepdoc_model.training.recall_vectors.texts import (
    PARTS,
    WRITTEN,
    Asked,
    Pages,
    parts,
    written,
)

_MOST = 6
"""Passages of either kind that are kept."""
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
                page = numbers[text.passages[0]]
                for each in text.questions:
                    if each.kind == "absent":
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
    similar = _similar(heads, of, torch.cat(pooled))
    pages = dict(of.pages)
    for number, asked in enumerate([*of.asked, *absent]):
        answered = known.answered(asked)
        # Where only its page is known to answer, so may others.
        if asked.held_out or answered is None or not (asked.wanted or asked.alone):
            continue
        own = known.own(asked.title) if asked.alone else set(pages.values())
        taboo = [each.casefold() for each in answered.answers if answered.kind == "fact"]
        right, wrong = list[str](), list[str]()
        likeness = dict(enumerate(similar[number].tolist()))
        for hit in fused(of.index, ask(asked.text), likeness, limit=_DEPTH).hits:
            page, (first, last) = pages[hit.passage.page], hit.passage.sentences
            said = page[hit.passage.start : hit.passage.end]
            if page not in own:
                continue
            if not told.get(number, set()).isdisjoint(range(first, last + 1)):
                right.append(said)
            elif not any(each in said.casefold() for each in taboo):
                wrong.append(said)
        if wrong and (right or answered.kind == "absent"):
            yield Recalled(
                asked.text,
                answered.kind,
                answered.answers,
                tuple(right[:_MOST]),
                tuple(wrong[:_MOST]),
            )


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
