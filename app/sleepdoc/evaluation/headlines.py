"""Every headline figure of the memory in one run, on documents that guided no decision.

python -m sleepdoc.evaluation.headlines --out DIR --passages nq-open-oracle.jsonl.gz --filler FILE

Seeds are fresh, the number of passes is the model's own, and every part has its controls. A run
that was interrupted goes on from what lies in DIR; `headlines.json` there has the figures so far.
"""

import argparse
import dataclasses
import random
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from sleepdoc import locations
from sleepdoc.cli.bench_table import bench_table
from sleepdoc.documents.reader import load_document
from sleepdoc.documents.types import Page
from sleepdoc.errors import SleepdocError
from sleepdoc.evaluation.memory import measured
from sleepdoc.evaluation.results import Results, reader_of
from sleepdoc.reading.budget import Budget
from sleepdoc_kernels import result_file
from sleepdoc_model.engine import Engine
from sleepdoc_model.evaluation.capacity import fading, plot
from sleepdoc_model.evaluation.comparison import compare
from sleepdoc_model.evaluation.documents import Document, of_example
from sleepdoc_model.evaluation.identity import identity, sha256_of_documents
from sleepdoc_model.evaluation.made_up import Task, make_document
from sleepdoc_model.evaluation.memory import MemoryBenchmark, Result, Settings
from sleepdoc_model.files import ModelFiles
from sleepdoc_model.load import load
from sleepdoc_model.tasks import passages
from sleepdoc_model.tokenizer import Tokenizer

SEED = 29
AGES = (0, 1, 4, 16, 64)
FADING = "fading"

_WINDOW = ("full-own", "full-none", "full-other", "read")
_ALL = ("swapped", "empty", *_WINDOW, "recall")


@dataclass(frozen=True)
class Part:
    """Some documents, and the controls beside them."""

    task: Task | None
    """None: passages of Wikipedia."""
    documents: int
    size: int
    """Facts, figures or passages of a document."""
    windows: int
    questions: int
    controls: tuple[str, ...]


PARTS = {
    "facts": Part("facts", 60, 4, 1, 4, _ALL),
    "facts-16": Part("facts", 16, 16, 1, 8, ("swapped", *_WINDOW)),
    "facts-64": Part("facts", 8, 64, 4, 8, ("swapped", *_WINDOW)),
    FADING: Part("facts", 16, 4, 1, 4, ()),
    "figures": Part("numbers", 24, 4, 1, 4, ("swapped", "full-own", "full-none", "read", "recall")),
    "other-figures": Part("other-numbers", 24, 4, 1, 4, ("swapped", "full-own", "full-none")),
    "passages": Part(None, 24, 4, 1, 4, _ALL),
    "long": Part(None, 4, 24, 1, 8, ("swapped", "empty", "full-own", "read", "recall")),
}
"""In the order of what matters most if the time does not suffice."""


class Headlines:
    """Measures parts, and keeps what it found in a folder."""

    def __init__(
        self,
        engine: Engine,
        tokenizer: Tokenizer,
        folder: Path,
        *,
        texts: Sequence[passages.Passage] = (),
        filler: str = "",
        seed: int = SEED,
    ) -> None:
        self._engine, self._tokenizer, self._folder = engine, tokenizer, folder
        self._texts, self._seed = texts, seed
        # As in ordinary reading, whatever the window has room for beside that.
        budget = Budget.of(min(1024, engine.info.window), tokenizer.frame)
        self._settings = Settings((engine.info.passes,), room=budget.document, recall=budget.recall)
        room, tokens = budget.document, tokenizer.encode(filler)
        self._filler = [tokens[i : i + room] for i in range(0, len(tokens) - room + 1, room)]
        self.found: dict[str, Any] = {}
        """By part, those of earlier runs among them."""
        with suppress(OSError, ValueError):
            self.found = result_file.read(self._kept)

    def documents(self, name: str) -> list[Document]:
        """Of a part, with a seed each, so that more of them leave the first as they are."""
        return list(self._documents(name, PARTS[name]))

    def measure(self, name: str, most: int | None = None) -> dict[str, Any]:
        """The figures of a part, of its first `most` documents."""
        settings = dataclasses.replace(self._settings, controls=PARTS[name].controls)
        benchmark = MemoryBenchmark(self._engine, self._tokenizer, settings)
        documents = self.documents(name)
        data = {"documents": sha256_of_documents(documents), **reader_of(self._engine.info)}
        if name == FADING:
            data["filler"] = sha256(repr(self._filler[: max(AGES)]).encode()).hexdigest()
        of = identity(self._engine.info, data, dataclasses.asdict(settings))
        path, ours = self._folder / f"{name}.jsonl", f"n{benchmark.standard}"
        if name == FADING:
            rows = list(self._fading(benchmark, documents, path, of, most))
            ours = f"{ours}+{AGES[0]}"
        else:
            rows = list(measured(benchmark, documents, path, of, _notice, most))
        figures = self.found[name] = {"of": of, **compare(rows, ours)}
        return figures

    def keep(self) -> None:
        """Write down what was found so far, and draw what can be drawn of it."""
        result_file.write(self._kept, self.found)
        named = self.found.items()
        facts = {PARTS[name].size: each for name, each in named if name.startswith("facts")}
        if facts and FADING in self.found:
            with suppress(ImportError):  # matplotlib comes with sleepdoc[dev]
                plot(facts, self.found[FADING], self._folder / "capacity.svg")

    @property
    def _kept(self) -> Path:
        return self._folder / "headlines.json"

    def _documents(self, name: str, part: Part) -> Iterator[Document]:
        if part.task is None and not self._texts:
            raise SleepdocError(f"{name} needs --passages.")
        for number in range(part.documents):
            identifier = f"{name}-{self._seed}-{number}"
            rng = random.Random(f"headlines/{identifier}")
            if part.task is None:
                example = passages.make_example(rng, self._texts, count=part.size)
                asked = tuple(rng.sample(example.questions, part.questions))
                example = dataclasses.replace(example, questions=asked)
            else:
                example = make_document(
                    rng,
                    part.task,
                    size=part.size,
                    windows=part.windows,
                    questions=part.questions,
                )
            yield of_example(identifier, example)

    def _fading(
        self,
        benchmark: MemoryBenchmark,
        documents: Sequence[Document],
        path: Path,
        of: dict[str, object],
        most: int | None,
    ) -> Iterator[Result]:
        results = Results(path, of)
        known = [Result(**row) for row in results.known]
        asked = {document.id for document in documents[:most]}
        yield from (row for row in known if row.document in asked)
        done = {(row.document, int(row.arm.partition("+")[2])) for row in known}
        left = [age for age in AGES if any((d, age) not in done for d in asked)]
        if not left:
            return
        if max(left) > len(self._filler):
            _notice(f"The filler has {len(self._filler)} windows; older than that is left out.")
        for age, rows in fading(benchmark, documents, self._filler, left, most):
            new = [row for row in rows if (row.document, age) not in done]
            results.add(map(dataclasses.asdict, new))
            _notice(f"{age} windows since")
            yield from new


def _pages(path: Path) -> Sequence[Page]:
    return load_document(path).pages


def _notice(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m sleepdoc.evaluation.headlines", description="The headline figures."
    )
    parser.add_argument("--out", type=Path, required=True, help="a folder, to go on from")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS), help="parts")
    parser.add_argument("--documents", type=int, help="at most so many of every part")
    parser.add_argument("--passages", type=Path, help="what passages and long are made of")
    parser.add_argument("--filler", type=Path, nargs="*", default=[], help="texts read since")
    parser.add_argument("--model", default="default")
    parser.add_argument("--heads", type=Path, help="a checkpoint, instead of the shipped one")
    parser.add_argument("--device", choices=("cpu", "cuda", "mps"))
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    try:
        texts = passages.load(options.passages) if options.passages else ()
        filler = "\n\n".join(page.text for file in options.filler for page in _pages(file))
    except (SleepdocError, OSError, ValueError) as error:
        parser.error(str(error))
    options.out.mkdir(parents=True, exist_ok=True)
    engine, tokenizer = load(
        options.model,
        files=ModelFiles(
            options.heads or locations.heads(), locations.reader(), cache=locations.cache()
        ),
        device=options.device,
        window=None if options.model.startswith("scripted") else 8192,
    )
    headlines = Headlines(
        engine,
        tokenizer,
        options.out,
        texts=texts,
        filler=filler,
        seed=options.seed,
    )
    for name in options.only:
        try:
            figures = headlines.measure(name, options.documents)
        except SleepdocError as error:
            _notice(f"{name}: {error}")
            continue
        print(f"{name}: {figures['documents']} documents\n{bench_table(figures)}\n", flush=True)
        headlines.keep()


if __name__ == "__main__":
    main()
