"""Gists of passages against summaries that people wrote.

python -m sleepdoc_model.evaluation gists --reading DIR

| arm | what it says |
|---|---|
| lead | the first sentence of running text |
| quote | the sentence that stands for the passage, chosen without a model |
| base | what the base alone writes |
| reader | what base and reader write |
| shown | what the application shows: the quote if it says what the passage is about, else what the
reader writes if it stands in one of its sentences, else the quote |

Passages of scitldr have summaries, those of onestopqa only titles; of scitldr none is held out from
the reader's training, so that its figures are of the kind of text: lessons drew one in a hundred
from it, a sixth of its passages.

With `--results FILE` all that was said is kept, and a run that was stopped goes on.
"""

import argparse
import random
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from sleepdoc_kernels import result_file
from sleepdoc_model.engine import Engine
from sleepdoc_model.evaluation.bootstrap import interval
from sleepdoc_model.evaluation.identity import identity, sha256_of
from sleepdoc_model.evaluation.rouge import rouge_l
from sleepdoc_model.evaluation.saying import say
from sleepdoc_model.files import ModelFiles
from sleepdoc_model.load import load
from sleepdoc_model.recall.gist import precision, stands_in, supported
from sleepdoc_model.recall.prose import Sentence, prose
from sleepdoc_model.recall.telling import LOOKED_AT, alone, of_itself, representative
from sleepdoc_model.tokenizer import Tokenizer
from sleepdoc_model.training.reader import sources

ARMS = ("lead", "quote", "base", "reader", "shown")
SETS: dict[str, tuple[sources.Part, sources.Kind]] = {
    "scitldr": ("train", "summary"),
    "onestopqa": ("held out", "title"),
}
"""Of each data set the part that is measured on, and the kind of question that has a reference."""
ASKED = "Summarise this in one sentence."
_MOST = 72
"""Tokens of a gist."""
_CONTEXT = 1600
"""Characters of a passage that are shown."""


@dataclass(frozen=True)
class Item:
    """A passage, and what people wrote of it."""

    text: str
    references: tuple[str, ...]

    @property
    def lead(self) -> str:
        """Its first sentence of running text; empty if it has none."""
        return next((each.text for each in self._prose), "")

    @property
    def quote(self) -> str:
        """The sentence that is quoted for it."""
        quoted = self._of_itself or (representative(self._prose, "") if self._prose else None)
        return quoted.text if quoted else ""

    def keeps(self, said: str) -> bool:
        """Whether what a model says is shown, and not the quote."""
        held = alone(said) and stands_in(said, [each.text for each in self._prose])
        return held and not self._of_itself

    @cached_property
    def _of_itself(self) -> Sentence | None:
        """In which it says itself what it is about."""
        return of_itself(self._prose[:LOOKED_AT])

    @cached_property
    def _prose(self) -> list[Sentence]:
        return list(prose([_Page(1, self.text)]))


@dataclass(frozen=True)
class _Page:
    number: int
    text: str


@dataclass(frozen=True)
class Row:
    """One passage under one arm."""

    arm: str
    text: str
    said: str
    rouge: float
    precision: float
    """Share of its content words that stand in the passage."""
    supported: bool


def items(folder: Path, name: str, count: int, seed: int = 0) -> list[Item]:
    """`count` passages of a data set, with what people wrote of them."""
    part, kind = SETS[name]
    texts = [each for each in sources.load_reading(folder, part) if each.source == name]
    known: dict[str, tuple[str, ...]] = {}
    for text in texts:
        asked = [answer for q in text.questions if q.kind == kind for answer in q.answers]
        passage = "\n\n".join(text.passages)[:_CONTEXT]
        references = tuple(asked) or ((text.title,) if kind == "title" and text.title else ())
        if references:
            known[passage] = references
    chosen = random.Random(seed).sample(sorted(known), min(count, len(known)))
    return [Item(text, known[text]) for text in chosen]


def row(arm: str, item: Item, said: str) -> Row:
    """What was said of a passage, compared with what people wrote and with the passage."""
    return Row(
        arm,
        item.text,
        said,
        rouge_l(said, item.references),
        precision(said, item.text),
        supported(said, item.text),
    )


def written(engine: Engine, tokenizer: Tokenizer, text: str) -> str:
    """What an engine answers when it is asked for a summary of a text."""
    frame, encode = tokenizer.frame, tokenizer.encode
    engine.load(None)
    engine.reset_window(frame.prefix, reading=True)
    shown = encode(f"[p. 1] {' '.join(text.split())}\n\n")
    engine.prefill(frame.asked([*shown, *encode(ASKED)]), whole=True)
    return say(engine, tokenizer, _MOST)


class Said:
    """What an engine said of passages under an arm, kept in a file if there is one."""

    def __init__(self, path: Path | None, arm: str, of: Mapping[str, object]) -> None:
        """
        Args:
            of: what it is of; what a file says of anything else is not looked at.
        """
        self._path, self._of = path, {"arm": arm, **of}
        self._known: dict[str, str] = {}
        if path and path.exists():
            result_file.mend(path)
            for line in result_file.lines(path):
                if line["of"] == self._of:
                    self._known[line["text"]] = line["said"]

    def get(self, text: str, engine: Engine, tokenizer: Tokenizer) -> str:
        """What is known of a text, else what the engine says."""
        if text not in self._known:
            self._known[text] = said = written(engine, tokenizer, text)
            if self._path:
                result_file.append(self._path, [{"of": self._of, "text": text, "said": said}])
        return self._known[text]


def measure(
    found: Iterable[Item], engine: Engine, tokenizer: Tokenizer, arm: str, kept: Said
) -> Iterator[Row]:
    """Every passage under an arm, and what the application would show beside the reader's."""
    for item in found:
        said = kept.get(item.text, engine, tokenizer)
        yield row(arm, item, said)
        if arm == "reader":
            yield row("shown", item, said if item.keeps(said) else item.quote)


def figures(rows: Sequence[Row]) -> dict[str, object]:
    """Means over passages, ROUGE-L with its 95 % interval."""

    rouge = {each.text: each.rouge for each in rows}

    def mean(chosen: Sequence[str]) -> float:
        return sum(rouge[text] for text in chosen) / len(chosen)

    return {
        "passages": len(rows),
        "rouge_l": mean(list(rouge)),
        "rouge_l_interval": interval(mean, list(rouge)),
        "precision": sum(each.precision for each in rows) / len(rows),
        "supported": sum(each.supported for each in rows) / len(rows),
    }


def main(arguments: Sequence[str] | None = None) -> None:
    options = _options(arguments)
    sets = {name: items(options.reading, name, options.passages) for name in options.sets}
    started, table = time.perf_counter(), []
    rows = {
        name: [
            *(row("lead", each, each.lead) for each in found),
            *(row("quote", each, each.quote) for each in found),
        ]
        for name, found in sets.items()
    }
    for arm in ("reader", "base"):
        if arm in options.arms:
            reader = options.reader if arm == "reader" else None
            engine, tokenizer = load(
                "default", files=ModelFiles(options.heads, reader), device="cpu"
            )
            of = identity(engine.info, {"reader": sha256_of(reader)} if reader else {}, {})
            kept = Said(options.results, arm, of)
            for name, found in sets.items():
                rows[name] += measure(found, engine, tokenizer, arm, kept)
    for name, every in rows.items():
        for arm in ARMS:
            if of_arm := [each for each in every if each.arm == arm]:
                table.append({"arm": arm, "data": name, **figures(of_arm)})
                print(_line(table[-1]), flush=True)
                for each in of_arm[: options.show]:
                    print(f"    {each.rouge:.2f} {each.precision:.2f} {each.said}")
    if options.out:
        data = {"reading": sha256_of(options.reading), "reader": sha256_of(options.reader)}
        result = {
            "of": identity(engine.info, data, {"passages": options.passages}),
            "figures": table,
            "seconds": round(time.perf_counter() - started),
        }
        result_file.write(options.out, result)


def _line(found: dict[str, object]) -> str:
    shown = "  ".join(f"{n} {found[n]:.3f}" for n in ("rouge_l", "precision", "supported"))
    return f"{found['arm']:7} {found['data']:10} {found['passages']:4}  {shown}"


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sleepdoc_model.evaluation gists")
    parser.add_argument("--reading", type=Path, required=True, help="folder of reading data sets")
    parser.add_argument("--reader", type=Path, default=Path("assets/reader.safetensors"))
    parser.add_argument("--heads", type=Path, default=Path("assets/heads.safetensors"))
    parser.add_argument("--passages", type=int, default=50, help="of every data set")
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS))
    parser.add_argument("--arms", nargs="+", choices=("reader", "base"), default=("reader", "base"))
    parser.add_argument("--show", type=int, default=0, help="print so many of each")
    parser.add_argument("--results", type=Path, help="keep what was said here, and go on with it")
    parser.add_argument("--out", type=Path, help="also write the figures as JSON")
    return parser.parse_args(arguments)
