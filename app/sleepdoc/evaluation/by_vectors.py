"""What recall finds by words alone, with vectors of sentences, and by these alone, on the same
questions.

python -m sleepdoc.evaluation.by_vectors --reading DIR --parts N --data questions.jsonl
    --documents DIR --states DIR --out FILE

Nothing that is asked was learnt from: questions about passages of AfriQA, BoolQ and ClapNQ that are
held out, where all passages of N parts (each has every 68th) are one document; about texts written
for the reader and held out, fifteen a document; and those of `questions.jsonl` (see `finding`).
What is pooled of texts is computed once and kept in the folder of `--states`.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from heapq import nlargest
from pathlib import Path
from statistics import fmean

import torch
from torch import Tensor

from sleepdoc import locations
from sleepdoc.documents.reader import load_document
from sleepdoc.documents.types import Document, Page
from sleepdoc.errors import SleepdocError
from sleepdoc.evaluation.finding import Asked, asked_of, lines_of, measure, squash
from sleepdoc.evaluation.results import sha256_of
from sleepdoc.store import Store
from sleepdoc.store.search import StoredIndex
from sleepdoc_kernels import result_file
from sleepdoc_model.evaluation.bootstrap import ratio, ratio_interval, totals
from sleepdoc_model.evaluation.identity import identity
from sleepdoc_model.files import ModelFiles
from sleepdoc_model.load import DEFAULT_MODEL, load
from sleepdoc_model.recall.fusion import Similar
from sleepdoc_model.recall.passages import Span
from sleepdoc_model.recall_heads import RecallHeads, cosines, load_recall_heads
from sleepdoc_model.training.recall_vectors import texts
from sleepdoc_model.training.recall_vectors.embedded import embedded
from sleepdoc_model.training.recall_vectors.mixture import mixture, named
from sleepdoc_model.training.recall_vectors.states import PooledStates
from sleepdoc_model.training.recall_vectors.texts import PARTS, SETS, Pages, parts, written

BUDGET = 400
"""Tokens of recalled text, the default."""
_NEAREST = 40
"""Passages, more than there is room for."""
WORDS, BOTH, ALONE = ARMS = ("words", "with vectors", "vectors")


@dataclass(frozen=True)
class Row:
    """A question under one arm."""

    arm: str
    kind: str
    page: bool
    """A page that answers is among the recalled."""
    text: bool
    """What answers stands whole in the recalled text; where that is not known, its page."""
    group: str
    """What questions have in common that are alike."""
    seconds: float = 0.0
    """What looking it up took, without the network's run of the question."""


def compared(
    store: Store,
    document: Document,
    asked: Sequence[Asked],
    groups: Sequence[str],
    similar: Tensor,
    states: PooledStates,
) -> Iterator[Row]:
    """Ask a stored document every question with and without what is known of how like its passages
    are, [Q, P]; what asks two things is looked up by words in either arm. Then take the passages
    that are most like each question, whole, as long as there is room."""
    encode = lru_cache(maxsize=None)(states.tokenizer.encode)
    index = store.index(document.sha256)
    first = index.first
    near = {each.question: row for each, row in zip(asked, similar, strict=True)}

    def nothing(question: str) -> Similar:
        return {}

    def known(question: str) -> Similar:
        return dict(enumerate(near[question].tolist(), start=first)) if question in near else {}

    for arm, likeness in ((WORDS, nothing), (BOTH, known)):
        results = measure(store, document, asked, encode, (BUDGET,), likeness)
        for each, group, result in zip(asked, groups, results, strict=True):
            answered = result.text if each.wanted else result.page
            yield Row(arm, each.kind, result.page, answered, group, result.seconds)
    pages = {page.number: page.text for page in document.pages}
    for each, group in zip(asked, groups, strict=True):
        started = time.perf_counter()
        found = _nearest(index, known(each.question), pages, lambda text: len(encode(text)))
        seconds = time.perf_counter() - started
        right = any(number in each.pages for number, _ in found)
        answered = any(squash(w) in squash(text) for w in each.wanted for _, text in found)
        yield Row(ALONE, each.kind, right, answered if each.wanted else right, group, seconds)


def _nearest(
    index: StoredIndex, similar: Similar, pages: Mapping[int, str], cost: Callable[[str], int]
) -> list[tuple[int, str]]:
    """The passages most like a question with their pages, as long as the next fits as well."""
    left, found = BUDGET, list[tuple[int, str]]()
    best = nlargest(_NEAREST, similar, key=similar.__getitem__)
    for passage in sorted(index.load(best), key=lambda each: -similar[each.id]):
        text = pages[passage.page][passage.start : passage.end]
        left -= cost(text)
        if left < 0:
            break
        found.append((passage.page, text))
    return found


def likened(
    heads: RecallHeads, sentences: Tensor, questions: Tensor, passages: Sequence[Span]
) -> Tensor:
    """How like questions passages are by the likest of their sentences, [Q, P], from what is pooled
    of sentences [S, F] and questions [Q, F], and the first and last sentence of passages."""
    similar = cosines(heads.question(questions), heads.sentence(sentences))
    return torch.stack([similar[:, a : b + 1].amax(1) for a, b in passages], dim=1)


def figures(rows: Sequence[Row]) -> dict[str, object]:
    """By kind of question: shares, how much those of words with vectors are above those of words,
    with intervals, and what a question takes."""
    found: dict[str, object] = {}
    for kind in ("all", *dict.fromkeys(row.kind for row in rows)):
        those = [row for row in rows if kind in ("all", row.kind)]
        of = {arm: [row for row in those if row.arm == arm] for arm in ARMS}
        words, both, _ = of.values()
        found[kind] = {
            "questions": len(words),
            **{
                name: {arm: fmean(getattr(row, name) for row in rows) for arm, rows in of.items()}
                | {"more": _above(words, both, name)}
                for name in ("page", "text")
            },
            "milliseconds": {
                arm: 1000 * fmean(row.seconds for row in rows) for arm, rows in of.items()
            },
        }
    return found


def _above(words: Sequence[Row], both: Sequence[Row], name: str) -> list[float]:
    """The difference of a share from that by words, and its interval over groups."""
    more = totals(
        (row.group, getattr(row, name) - getattr(other, name), 1)
        for row, other in zip(both, words, strict=True)
    )
    return [ratio(more, list(more)), *ratio_interval(more)]


def main() -> None:
    options = _options()
    try:
        with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "x.db") as store:
            _measure(store, options)
    except SleepdocError as error:
        raise SystemExit(str(error)) from error


def _measure(store: Store, options: argparse.Namespace) -> None:
    states = embedded(options.heads, options.reader, options.reading, locations.cache())
    shipped = load_recall_heads(options.recall)
    settings = {
        "parts": options.parts,
        "written": options.written,
        "budget": BUDGET,
    }
    data = {name: sha256_of(options.reading / name / "train.jsonl") for name in SETS}
    data |= {"questions": sha256_of(options.data), "recall": sha256_of(options.recall)}
    files = ModelFiles(options.heads, options.reader)
    info = load(DEFAULT_MODEL, files=files, device="cpu")[0].info
    found: dict[str, object] = {}

    def write(name: str, rows: Sequence[Row], **described: int) -> None:
        found[name] = {**described, "kinds": figures(rows)}
        print(name, json.dumps(found[name], indent=1), flush=True)
        result_file.write(options.out, {"of": identity(info, data, settings), **found})

    every_part = named("part", parts(options.reading, options.parts))
    mixed = mixture(every_part, states, options.states)
    ranges = [each.sentences for each in mixed.index.load(range(mixed.index.size))]
    document = _document("mixture", mixed.pages)
    store.add_document(document)
    held_out = [n for n, each in enumerate(mixed.asked) if each.held_out]
    chosen = [mixed.asked[n] for n in held_out]
    similar = likened(shipped, mixed.sentences, mixed.questions[held_out], ranges)
    asked = _asked(chosen)
    rows = compared(store, document, asked, [each.title for each in chosen], similar, states)
    write("held out", list(rows), pages=len(mixed.pages), passages=len(ranges))
    every = list[Row]()
    for name, part in named("held-out", written(options.written, held_out=True)):
        document = _document(name, part.pages)
        asked = _asked(part.asked)
        titles = [each.title for each in part.asked]
        every += _by_shipped(store, document, asked, titles, states, shipped, options.states / name)
    if every:
        write("written, held out", every, documents=options.written)
    every, described = list[Row](), {"pages": 0, "passages": 0}
    for line in lines_of(options.data):
        if options.only and line["id"] not in options.only:
            continue
        document = load_document((options.documents or options.data.parent) / line["file"])
        asked = asked_of(document, line["questions"])
        titles = [line["id"]] * len(asked)
        every += _by_shipped(
            store, document, asked, titles, states, shipped, options.states / line["id"]
        )
        described["pages"] += len(document.pages)
        described["passages"] += store.index(document.sha256).size
        data[line["id"]] = sha256(repr(_pages(document)).encode()).hexdigest()
        write("documents", every, **described)


def _asked(questions: Sequence[texts.Asked]) -> list[Asked]:
    return [Asked(a.text, a.kind, frozenset({a.page}), a.wanted) for a in questions]


def _by_shipped(
    store: Store,
    document: Document,
    asked: Sequence[Asked],
    groups: Sequence[str],
    states: PooledStates,
    heads: RecallHeads,
    kept: Path,
) -> Iterator[Row]:
    """Store a document, and ask it by what heads make of states, which are kept in a file."""
    store.add_document(document)
    path = kept.with_name(f"{kept.name}.safetensors")
    sentences, questions = states.kept(path, _pages(document), [a.question for a in asked])
    ranges = list(store.index(document.sha256).sentences().values())
    similar = likened(heads, sentences, questions, ranges)
    yield from compared(store, document, asked, groups, similar, states)


def _pages(document: Document) -> Pages:
    return tuple((page.number, page.text) for page in document.pages)


def _document(name: str, pages: Pages) -> Document:
    text = "".join(text for _, text in pages)
    digest = sha256(text.encode()).hexdigest()
    found = tuple(Page(number, str(number), text) for number, text in pages)
    return Document(digest, b"", name, "text", len(text), name, found)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m sleepdoc.evaluation.by_vectors", description="What vectors find."
    )
    parser.add_argument("--reading", type=Path, required=True, help="folder of reading data sets")
    parser.add_argument("--parts", type=int, default=PARTS, help=f"of {PARTS}; the first ones")
    parser.add_argument("--written", type=int, default=10, help="documents of held-out texts")
    parser.add_argument("--data", type=Path, required=True, help="questions, as for `finding`")
    parser.add_argument("--documents", type=Path, help="folder of the files; that of the data")
    parser.add_argument("--only", nargs="*", default=(), help="ids of documents; all")
    parser.add_argument("--heads", type=Path, default=locations.heads())
    parser.add_argument("--reader", type=Path, default=locations.reader())
    parser.add_argument("--recall", type=Path, default=locations.recall(), help="what ships")
    parser.add_argument("--states", type=Path, required=True, help="where what is pooled is kept")
    parser.add_argument("--out", type=Path, required=True, help="figures as JSON")
    return parser.parse_args()


if __name__ == "__main__":
    main()
