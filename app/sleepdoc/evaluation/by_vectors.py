"""Would recall find more by vectors of passages, made of what a sleep computes anyway?

python -m sleepdoc.evaluation.by_vectors --reading DIR --parts N --data questions.jsonl
    --documents DIR --states DIR --out FILE

Passages of AfriQA, BoolQ and ClapNQ are one document: every seventeenth of them is a part, and N
parts are read. Projections are learnt on two thirds of its titles and measured on the last, three
times; those for the documents of `questions.jsonl` (see `finding`) on all of it. Hidden states are
computed once and kept in the folder of `--states`.
"""

import argparse
import json
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

import torch
from torch import Tensor

from sleepdoc import locations
from sleepdoc.errors import SleepdocError
from sleepdoc.evaluation.finding import squash
from sleepdoc.evaluation.pooled_texts import PARTS, SETS, Kept, Text, mixed, passages_of, read
from sleepdoc.evaluation.results import sha256_of
from sleepdoc_kernels import result_file
from sleepdoc_model.evaluation.bootstrap import ratio, ratio_interval, totals
from sleepdoc_model.evaluation.fusion import ARMS
from sleepdoc_model.evaluation.identity import identity
from sleepdoc_model.evaluation.pooled import Rarity, rarity
from sleepdoc_model.evaluation.vectors import Lesson, Projections, eight_bits, learn
from sleepdoc_model.load import DEFAULT_MODEL, load
from sleepdoc_model.recall.query import ask
from sleepdoc_model.recall.ranking import rank
from sleepdoc_model.recall.written import packer

BUDGET = 400
"""Tokens of recalled text, the default."""
FOLDS = 3
WRONG = 6
"""Passages that word search finds wrongly, of each question in a lesson."""


@dataclass(frozen=True)
class Row:
    """A question under one arm."""

    arm: str
    kind: str
    page: bool
    """A page that answers is among the recalled."""
    text: bool
    """What answers stands whole in the recalled text; where that is not known, its page."""
    seconds: float
    """Of processor time, without what makes the question's vector."""
    group: str


def lessons(text: Text) -> Iterator[Lesson]:
    """What a document's questions teach: passages with the answer are right, if any has it."""
    index, texts = text.index, dict(text.pages)
    every = index.load(range(index.size))
    for number, asked in enumerate(text.asked):
        same = [each for each in every if each.page in asked.pages]
        right = [p for p in same if any(w in texts[p.page][p.start : p.end] for w in asked.wanted)]
        hits = rank(index, ask(asked.question), limit=2 * WRONG).hits
        wrong = [hit.passage.id for hit in hits if hit.passage.page not in asked.pages]
        yield Lesson(
            number,
            tuple(each.id for each in right or same),
            tuple(each.id for each in same),
            tuple(wrong[:WRONG]),
        )


def crossed(text: Text, size: int, *, folds: int = FOLDS) -> Tensor:
    """Of every question to all passages, [Q, P], by projections that saw none of its group."""
    taught = list(lessons(text))
    fold = torch.tensor([zlib.crc32(text.group(asked).encode()) % folds for asked in text.asked])
    found = torch.empty(len(text.asked), len(text.passages))
    for number in range(folds):
        rest = [each for each in taught if fold[each.question] != number]
        made = learn(text.passages, text.questions, rest, size=size)
        found[fold == number] = compared(made, text)[fold == number]
    return found


def compared(made: Projections, text: Text) -> Tensor:
    """Similarity of every question to all passages, [Q, P]."""
    with torch.no_grad():
        return made.questions(text.questions) @ eight_bits(made.passages(text.passages)).T


def measure(
    text: Text, similar: Tensor, encode: Callable[[str], list[int]], budget: int
) -> Iterator[Row]:
    """Ask every question under every arm."""
    index, texts = text.index, dict(text.pages)
    packing = packer(texts.__getitem__, lru_cache(maxsize=None)(encode))
    for asked, near in zip(text.asked, similar, strict=True):
        for arm, find in ARMS.items():
            started = time.process_time()
            quotes = find(index, ask(asked.question), packing, near, budget)
            seconds = time.process_time() - started
            said = [squash(texts[q.page][q.start : q.end]) for q in quotes]
            page = any(quote.page in asked.pages for quote in quotes)
            whole = any(squash(wanted) in each for wanted in asked.wanted for each in said)
            answered = whole if asked.wanted else page
            yield Row(arm, asked.kind, page, answered, seconds, text.group(asked))


def figures(rows: Sequence[Row]) -> dict[str, object]:
    """By kind of question and arm: shares, how much they are above those by words, and time."""
    found: dict[str, object] = {}
    for kind in ("all", *dict.fromkeys(row.kind for row in rows)):
        those = [row for row in rows if kind in ("all", row.kind)]
        arms = {arm: [row for row in those if row.arm == arm] for arm in ARMS}
        found[kind] = {
            "questions": len(arms["words"]),
            **{arm: _figures(of) for arm, of in arms.items()},
        }
    for arm in list(ARMS)[1:]:
        found[f"{arm}, above words"] = {
            name: _above([row for row in rows if row.arm == arm], rows, name)
            for name in ("page", "text")
        }
    return found


def _figures(rows: Sequence[Row]) -> dict[str, float]:
    return {
        "page": sum(row.page for row in rows) / len(rows),
        "text": sum(row.text for row in rows) / len(rows),
        "milliseconds": 1000 * sum(row.seconds for row in rows) / len(rows),
    }


def _above(rows: Sequence[Row], every: Sequence[Row], name: str) -> list[float]:
    """The difference of a share from that by words, and its interval over groups."""
    words = (row for row in every if row.arm == "words")
    more = totals(
        (row.group, getattr(row, name) - getattr(other, name), 1)
        for row, other in zip(rows, words, strict=True)
    )
    return [ratio(more, list(more)), *ratio_interval(more)]


def main() -> None:
    options = _options()
    try:
        _measure(options)
    except SleepdocError as error:
        raise SystemExit(str(error)) from error


def _measure(options: argparse.Namespace) -> None:
    def rare() -> Rarity:
        return rarity(
            kept.tokenizer.encode(line["passage"]) for line in passages_of(options.reading)
        )

    kept = Kept(options.states, options.heads, rare)
    encode = kept.tokenizer.encode
    settings = {"parts": options.parts, "size": options.size, "budget": BUDGET, "folds": FOLDS}
    data = {name: sha256_of(options.reading / name / "train.jsonl") for name in SETS}
    data["questions"] = sha256_of(options.data)
    info = load(DEFAULT_MODEL, device="cpu", heads=options.heads)[0].info

    def write(**found: object) -> None:
        result_file.write(options.out, {"of": identity(info, data, settings), **found})

    mixture = mixed(options.reading, options.parts, kept)
    rows = list(measure(mixture, crossed(mixture, options.size), encode, BUDGET))
    of_mixture = _described([mixture], rows, options.size)
    write(mixture=of_mixture)
    milliseconds = kept.milliseconds([asked.question for asked in mixture.asked])
    made = learn(mixture.passages, mixture.questions, list(lessons(mixture)), size=options.size)
    rows, texts = [], []
    for text in read(options.data, options.documents or options.data.parent, options.only, kept):
        rows += measure(text, compared(made, text), encode, BUDGET)
        texts.append(text)
        data[text.name] = sha256(repr(text.pages).encode()).hexdigest()
        write(
            mixture=of_mixture,
            documents=_described(texts, rows, options.size),
            vector_milliseconds=milliseconds,
        )


def _described(texts: Sequence[Text], rows: Sequence[Row], size: int) -> dict[str, object]:
    pages = sum(len(text.pages) for text in texts)
    passages = sum(len(text.passages) for text in texts)
    found = {
        "pages": pages,
        "passages": passages,
        "vector_bytes_per_page": passages * (size + 4) / pages,
        "kinds": figures(rows),
    }
    print(json.dumps(found, indent=1), flush=True)
    return found


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m sleepdoc.evaluation.by_vectors", description="What vectors would find."
    )
    parser.add_argument("--reading", type=Path, required=True, help="folder of reading data sets")
    parser.add_argument("--parts", type=int, default=PARTS, help=f"of {PARTS}; the first ones")
    parser.add_argument("--data", type=Path, required=True, help="questions, as for `finding`")
    parser.add_argument("--documents", type=Path, help="folder of the files; that of the data")
    parser.add_argument("--only", nargs="*", default=(), help="ids of documents; all")
    parser.add_argument("--heads", type=Path, default=locations.heads())
    parser.add_argument("--size", type=int, default=128, help="values of a vector")
    parser.add_argument("--states", type=Path, required=True, help="where states are kept")
    parser.add_argument("--out", type=Path, required=True, help="figures as JSON")
    return parser.parse_args()


if __name__ == "__main__":
    main()
