"""How a model reads: questions behind the right passage and others that text search finds.

python -m sleepdoc_model.evaluation reading --reading DIR --fairytales FAIRYTALEQA

| arm | read by | memory |
|---|---|---|
| base | the base alone | none |
| reader | base and reader | none |
| alone | the same, one passage at a time where a phrase is asked for, as `ask` does | none |
| own | the same | of the text asked about |
| other | the same | of another text |
| closed | base and heads, without passages | of the text asked about |
"""

import argparse
import math
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sleepdoc_kernels import result_file
from sleepdoc_model.engine import Engine
from sleepdoc_model.evaluation import plain_talk
from sleepdoc_model.evaluation.answers import exact_match, token_f1
from sleepdoc_model.evaluation.bootstrap import ratio, ratio_interval, share_interval, totals
from sleepdoc_model.evaluation.identity import identity, sha256_of
from sleepdoc_model.evaluation.passages import SETS, Item, held_out
from sleepdoc_model.evaluation.saying import say
from sleepdoc_model.files import ModelFiles
from sleepdoc_model.load import load
from sleepdoc_model.reader import ABSENT
from sleepdoc_model.recall.surest import surest, wants_phrase
from sleepdoc_model.tasks import instructions
from sleepdoc_model.tokenizer import Tokenizer
from sleepdoc_model.training.reader.retrieval import overlap

ARMS = ("base", "reader", "alone", "own", "other", "closed")
_MOST_ANSWER = 48
"""Tokens."""


@dataclass(frozen=True)
class Row:
    """One question under one arm."""

    item: Item
    answer: str

    @property
    def f1(self) -> float:
        return token_f1(self.answer, self.item.answers)

    @property
    def exact(self) -> bool:
        return exact_match(self.answer, self.item.answers)

    @property
    def says_absent(self) -> bool:
        return ABSENT.rstrip(".").casefold() in self.answer.casefold()


class ReadingBenchmark:
    """Asks an engine questions behind passages."""

    def __init__(self, engine: Engine, tokenizer: Tokenizer) -> None:
        self._engine, self._tokenizer = engine, tokenizer

    def run(self, items: Sequence[Item], arm: str) -> Iterator[Row]:
        """Every item under an arm; the memory of another text is that of the item before."""
        for number, item in enumerate(items):
            memory = None
            if arm in ("own", "closed"):
                memory = self._memory(item.document)
            elif arm == "other":
                memory = self._memory(items[number - 1].document)
            if arm == "alone" and item.passages and wants_phrase(item.question):
                yield Row(item, self._alone(item))
            else:
                yield Row(item, self._ask(item, memory, closed=arm == "closed"))

    def _memory(self, text: str) -> bytes:
        engine, prefix = self._engine, self._tokenizer.frame.prefix
        engine.load(None)
        room = engine.info.window - len(prefix)
        engine.reset_window(prefix, reading=True)
        engine.prefill(self._tokenizer.encode(text)[:room])
        list(engine.sleep(engine.info.passes))
        return engine.state()

    def _alone(self, item: Item) -> str:
        passages = sorted(item.passages, key=lambda passage: -overlap(passage, item.question))
        absent = [*self._tokenizer.encode(ABSENT), self._tokenizer.frame.answer_close[0]]

        self._engine.load(None)

        def absence(place: int) -> float:
            self._begin(passages[place : place + 1], item.question, reading=True)
            return math.exp(sum(self._engine.score(absent)))

        def read(place: int) -> tuple[str, float]:
            return self._said(), math.exp(self._engine.likelihood)

        return surest(len(passages), absence, read)[1]

    def _ask(self, item: Item, memory: bytes | None, *, closed: bool) -> str:
        self._engine.load(memory)
        self._begin(() if closed else item.passages, item.question, reading=not closed)
        return self._said()

    def _begin(self, passages: Sequence[str], question: str, *, reading: bool) -> None:
        engine, frame, encode = self._engine, self._tokenizer.frame, self._tokenizer.encode
        engine.reset_window(frame.prefix, reading=reading)
        recalled = [i for n, p in enumerate(passages, 1) for i in encode(f"[p. {n}] {p}\n\n")]
        engine.prefill(frame.asked([*recalled, *encode(question)]), whole=bool(recalled))

    def _said(self) -> str:
        return say(self._engine, self._tokenizer, _MOST_ANSWER)


def figures(rows: Sequence[Row]) -> dict[str, dict[str, object]]:
    """By kind of question: how many, F1 and exact with intervals, and how often it is said that
    the document does not say."""
    kinds: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        kinds[row.item.kind].append(row)
    if len(kinds) > 1:
        kinds["answerable"] = [row for row in rows if row.item.answers]
    return {kind: _figures(each) for kind, each in sorted(kinds.items()) if each}


def _figures(rows: Sequence[Row]) -> dict[str, object]:
    found: dict[str, object] = {
        "questions": len(rows),
        "says_absent": sum(row.says_absent for row in rows) / len(rows),
    }
    if rows[0].item.answers:
        f1 = totals((row.item.document, row.f1, 1) for row in rows)
        exact = totals((row.item.document, row.exact, 1) for row in rows)
        found |= {
            "f1": ratio(f1, list(f1)),
            "f1_interval": ratio_interval(f1),
            "exact": ratio(exact, list(exact)),
            "exact_interval": share_interval(exact),
        }
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    options = _options(arguments)
    sets = held_out(options.reading, options.fairytales, options.questions)
    sets = {name: items for name, items in sets.items() if name in options.sets}
    plain = {path.stem: instructions.load(path)[: options.questions] for path in options.plain}
    talk: dict[str, dict[str, list[plain_talk.Loss]]] = defaultdict(dict)
    started, table = time.perf_counter(), []
    for arm in options.arms:
        reader = None if arm == "base" else options.reader
        engine, tokenizer = load("default", files=ModelFiles(options.heads, reader), device="cpu")
        benchmark = ReadingBenchmark(engine, tokenizer)
        for name, items in sets.items():
            rows = list(benchmark.run(items, arm))
            for kind, found in figures(rows).items():
                table.append({"arm": arm, "data": name, "kind": kind, **found})
                print(_line(table[-1]), flush=True)
            for row in rows[: options.show]:
                print(f"    {row.item.question} | {row.item.answers[:1]} | {row.answer}")
        if arm in ("base", "reader"):
            for name, asked in plain.items():
                talk[name][arm] = [
                    plain_talk.loss(engine, tokenizer, *each, reading=True) for each in asked
                ]
    kept = {name: plain_talk.figures(found) for name, found in talk.items() if "base" in found}
    for name, arms in kept.items():
        for each in arms:
            print(f"{each['arm']:7} {name:12} NLL {each['nll']:.3f}  excess {each['excess']:+.1%}")
    if options.out:
        paths = {"reading": options.reading, "fairytales": options.fairytales}
        paths |= {"reader": options.reader, **{path.stem: path for path in options.plain}}
        data = {name: sha256_of(path) for name, path in paths.items()}
        result = {
            "of": identity(
                engine.info, data, {"questions": options.questions, "sets": list(options.sets)}
            ),
            "figures": table,
            "plain": kept,
            "seconds": round(time.perf_counter() - started),
        }
        result_file.write(options.out, result)


def _line(row: dict[str, object]) -> str:
    numbers = {k: v for k, v in row.items() if k in ("f1", "exact", "says_absent")}
    shown = "  ".join(f"{name} {value:.3f}" for name, value in numbers.items())
    return f"{row['arm']:7} {row['data']:12} {row['kind']:11} {row['questions']:4}  {shown}"


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sleepdoc_model.evaluation reading")
    parser.add_argument("--reading", type=Path, required=True, help="folder of reading data sets")
    parser.add_argument("--fairytales", type=Path, required=True, help="a FairytaleQA folder")
    parser.add_argument("--reader", type=Path, default=Path("assets/reader.safetensors"))
    parser.add_argument("--heads", type=Path, default=Path("assets/heads.safetensors"))
    parser.add_argument("--questions", type=int, default=100, help="of every data set")
    parser.add_argument("--arms", nargs="+", choices=ARMS, default=ARMS)
    parser.add_argument("--sets", nargs="*", choices=SETS, default=SETS, help="none: plain talk")
    parser.add_argument(
        "--plain", type=Path, nargs="*", default=[], help="questions and answers without a text"
    )
    parser.add_argument("--show", type=int, default=0, help="print so many answers of each")
    parser.add_argument("--out", type=Path, help="also write the figures as JSON")
    return parser.parse_args(arguments)
