"""What overviews say a document is, beside its first sentence and its first paragraph.

python -m sleepdoc.evaluation.overviews --data questions.jsonl --documents FOLDER [--db DATABASE]

Token-F1 against the right answers to the questions of kind ``overview``:

| arm | what it says |
|---|---|
| lead | the first sentence of running text |
| paragraph | all of the paragraph that it stands in |
| quote | the sentence that stands for the whole, chosen without a model |
| shown | what the overview shows, of conversations that are in the database |

With a database also how much of the gists in it stands in their pages.
"""

import argparse
import json
import platform
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sleepdoc.documents.reader import load_document
from sleepdoc.documents.types import Document
from sleepdoc.evaluation.answers import Line, read_lines
from sleepdoc.reading.events import SleptPages
from sleepdoc.reading.stretches import Stretches
from sleepdoc.store import Gist, Store
from sleepdoc_kernels import result_file
from sleepdoc_model.evaluation.answers import token_f1
from sleepdoc_model.evaluation.identity import sha256_of
from sleepdoc_model.recall.gist import precision
from sleepdoc_model.recall.telling import lead


@dataclass(frozen=True)
class Row:
    """What one arm says of a document."""

    document: str
    arm: str
    said: str
    f1: float


def rows(line: Line, document: Document, gists: Sequence[Gist]) -> Iterator[Row]:
    """What every arm answers to a document's question for what it is."""
    right = [
        answer for each in line.questions if each.kind == "overview" for answer in each.answers
    ]
    for arm, text in _arms(document, gists):
        yield Row(line.id, arm, text, token_f1(text, right))


def _arms(document: Document, gists: Sequence[Gist]) -> Iterator[tuple[str, str]]:
    if first := lead(document.pages):
        text = document.pages[first.page - 1].text
        yield "lead", first.text
        yield "paragraph", " ".join(text[first.start :].split("\n\n", 1)[0].split())
    every = [SleptPages(1, 1, len(document.pages))]
    whole = Stretches.of(document, every).whole
    if whole and whole.sentences:
        yield "quote", whole.sentences[0].text
    for gist in gists:
        if gist.kind == "whole":
            yield "shown", gist.text


def precisions(document: Document, gists: Sequence[Gist]) -> Iterator[tuple[str, float]]:
    """Of every gist whether it is a quote, and the share of its content words that stand in its
    pages."""
    for gist in gists:
        if gist.kind != "question":
            text = "\n".join(page.text for page in document.pages[gist.first - 1 : gist.last])
            yield "quoted" if gist.quoted else "said", precision(gist.text, text)


def main() -> None:
    options = _options()
    found: list[Row] = []
    held: dict[str, list[float]] = defaultdict(list)
    for line in read_lines(options.data):
        document = load_document(options.documents / str(line.file))
        gists = _gists(options.db, document) if options.db else []
        for row in rows(line, document, gists):
            found.append(row)
            print(f"{row.document:15} {row.arm:10} {row.f1:.2f}  {row.said[:120]}", flush=True)
        for how, share in precisions(document, gists):
            held[how].append(share)
    figures = {
        "f1": {arm: _mean([r.f1 for r in found if r.arm == arm]) for arm in _named(found)},
        "documents": {arm: sum(r.arm == arm for r in found) for arm in _named(found)},
        "gists": {how: len(shares) for how, shares in held.items()},
        "precision": {how: _mean(shares) for how, shares in held.items()},
    }
    print(json.dumps(figures, indent=1))
    if options.out:
        of = {
            "machine": platform.machine(),
            "python": platform.python_version(),
            "data": {"questions": sha256_of(options.data)},
        }
        rest = {"rows": [vars(row) for row in found]}
        result_file.write(options.out, {"of": of, **figures, **rest})


def _gists(database: Path, document: Document) -> list[Gist]:
    with Store.open(database) as store:
        conversation = store.latest_for(document.sha256, None)
        return store.gists(conversation) if conversation else []


def _named(found: Sequence[Row]) -> list[str]:
    return list(dict.fromkeys(row.arm for row in found))


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sleepdoc.evaluation.overviews")
    parser.add_argument("--data", type=Path, required=True, help="documents and questions")
    parser.add_argument("--documents", type=Path, required=True, help="where their files lie")
    parser.add_argument("--db", type=Path, help="conversations with gists")
    parser.add_argument("--out", type=Path, help="also write the figures as JSON")
    return parser.parse_args()


if __name__ == "__main__":
    main()
