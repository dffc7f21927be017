"""Is what answers a question found? Recall alone, without a model, by kind of question.

python -m sleepdoc.evaluation.finding --data questions.jsonl --documents FOLDER
python -m sleepdoc.evaluation.finding --data passages.jsonl --mixture

A line of the data is a document: {"id", "file", "questions": [{"question", "kind", "evidence",
"index", "also"}]}, where `index` is the number of the page with the evidence and `also` has others
that answer as well. With --mixture a line is {"passage", "questions": [{"question", "answers"}]},
and all passages together are one document, a page each.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from sleepdoc.documents.reader import load_document
from sleepdoc.documents.types import Document, Page
from sleepdoc.errors import DocumentError, SleepdocError
from sleepdoc.reading.recall import StoredText, recall
from sleepdoc.store import Store
from sleepdoc_model.recall.folding import fold
from sleepdoc_model.recall.fusion import Similar

BUDGETS = (200, 400, 600)
"""Tokens of recalled text."""


@dataclass(frozen=True)
class Asked:
    """A question, and what tells whether it was found."""

    question: str
    kind: str
    pages: frozenset[int]
    """Any of these pages will do."""
    wanted: tuple[str, ...]
    """Any of these texts will do."""


@dataclass(frozen=True)
class Result:
    """One question under one budget."""

    kind: str
    budget: int
    page: bool
    """A page that answers is among the recalled."""
    text: bool
    """What answers stands whole in the recalled text."""
    seconds: float


def measure(
    store: Store,
    document: Document,
    questions: Iterable[Asked],
    encode: Callable[[str], list[int]],
    budgets: Sequence[int] = BUDGETS,
    likeness: Callable[[str], Similar] = lambda question: {},
) -> Iterator[Result]:
    """Ask a stored document every question under every budget; `likeness` as of `recall`."""
    for asked in questions:
        for budget in budgets:
            started = time.perf_counter()
            text = StoredText(store, document.sha256)
            found = recall(text, asked.question, tokens=budget, encode=encode, likeness=likeness)
            seconds = time.perf_counter() - started
            quotes = [squash(citation.quote) for citation in found.citations]
            yield Result(
                asked.kind,
                budget,
                any(citation.page in asked.pages for citation in found.citations),
                any(squash(wanted) in quote for wanted in asked.wanted for quote in quotes),
                seconds,
            )


def squash(text: str) -> str:
    """Letters and digits alone: a line break or a hyphen more is the same evidence."""
    return "".join(filter(str.isalnum, fold(text)))


def asked_of(document: Document, questions: Iterable[dict[str, Any]]) -> list[Asked]:
    """The questions of one line that the document answers."""
    texts = {page.number: squash(page.text) for page in document.pages}
    asked = []
    for each in questions:
        if evidence := each.get("evidence"):
            named = {each["index"], *(each.get("also") or ())} if each.get("index") else set()
            holding = {n for n, text in texts.items() if squash(evidence) in text}
            asked.append(
                Asked(each["question"], each["kind"], frozenset(named or holding), (evidence,))
            )
    return asked


def mixture(path: Path, lines: Iterable[dict[str, Any]]) -> tuple[Document, list[Asked]]:
    """All passages as the pages of one document."""
    pages: list[Page] = []
    asked: list[Asked] = []
    for number, line in enumerate(lines, start=1):
        pages.append(Page(number, str(number), line["passage"]))
        asked += [
            Asked(each["question"], each["kind"], frozenset({number}), tuple(each["answers"]))
            for each in line["questions"]
        ]
    text = "".join(page.text for page in pages)
    digest = sha256(text.encode()).hexdigest()
    return Document(digest, b"", path.name, "text", len(text), path.stem, tuple(pages)), asked


def table(results: Sequence[Result]) -> str:
    """Shares by kind of question and budget, and what a question took."""
    budgets = sorted({result.budget for result in results})
    heads = "".join(f"{f'{budget} tokens':>16}" for budget in budgets)
    rows = [
        f"{'':12}{'':6}{heads}",
        f"{'kind':12}{'n':>6}" + f"{'page':>9}{'text':>7}" * len(budgets),
    ]
    kinds = list(dict.fromkeys(result.kind for result in results))
    for name, of in [*((kind, {kind}) for kind in kinds), ("all", set(kinds))]:
        cells = []
        for budget in budgets:
            those = [r for r in results if r.kind in of and r.budget == budget]
            shares = (sum(r.page for r in those), sum(r.text for r in those))
            cells.append(f"{shares[0] / len(those):9.1%}{shares[1] / len(those):7.1%}")
        rows.append(f"{name:12}{len(those):6}{''.join(cells)}")
    mean = sum(result.seconds for result in results) / max(1, len(results))
    return "\n".join([*rows, f"{mean * 1000:.1f} ms a question"])


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m sleepdoc.evaluation.finding", description="What recall finds."
    )
    parser.add_argument("--data", type=Path, nargs="+", required=True, help="JSON lines")
    parser.add_argument("--documents", type=Path, help="folder of the files; that of the data")
    parser.add_argument("--mixture", action="store_true", help="all passages as one document")
    parser.add_argument("--every", type=int, default=1, help="ask only every so manieth question")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "x.db") as store:
        try:
            print(table(list(_results(store, options))))
        except SleepdocError as error:
            raise SystemExit(str(error)) from error


def _results(store: Store, options: argparse.Namespace) -> Iterator[Result]:
    from sleepdoc_model.base_file import base_path
    from sleepdoc_model.gguf.tokenizer import SMOLLM2, GGUFTokenizer

    encode = GGUFTokenizer(base_path(), SMOLLM2).encode
    lines = [(path, line) for path in options.data for line in lines_of(path)]
    if options.mixture:
        document, asked = mixture(options.data[0], (line for _, line in lines))
        store.add_document(document)
        yield from measure(store, document, asked[:: options.every], encode)
        return
    for path, line in lines:
        try:
            document = load_document((options.documents or path.parent) / line["file"])
        except DocumentError as error:
            print(f"{error} Left out.")
            continue
        store.add_document(document)
        asked = asked_of(document, line["questions"])
        yield from measure(store, document, asked[:: options.every], encode)


def lines_of(path: Path) -> list[dict[str, Any]]:
    """What a file of JSON lines holds.

    Raises:
        DocumentError: it cannot be read.
    """
    try:
        # Not splitlines(): a text may hold other separators of lines.
        text = path.read_text("utf-8").removesuffix("\n")
        return [json.loads(line) for line in text.split("\n")] if text else []
    except (OSError, ValueError) as error:
        raise DocumentError(f"{path} cannot be read: {error}.") from error


if __name__ == "__main__":
    main()
