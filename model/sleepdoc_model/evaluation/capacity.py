"""How much fits into memory, and for how long: what is left of documents after other text."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sleepdoc_model.drawing import drawing
from sleepdoc_model.evaluation.documents import Document
from sleepdoc_model.evaluation.memory import Memories, MemoryBenchmark, Result, another


def fading(
    benchmark: MemoryBenchmark,
    documents: Sequence[Document],
    filler: Sequence[list[int]],
    ages: Sequence[int],
    most: int | None = None,
) -> Iterator[tuple[int, list[Result]]]:
    """Every question about documents, from memory, some windows after they were read.

    Yields an age, which is a number of windows read since, with results under the arms ``n1+AGE``
    and ``swapped+AGE``; the former names the engine's own number of passes. Windows are the outer
    loop, as what is seen of one is the same for all documents.

    Args:
        filler: Windows of another text as token ids. Ages above their number are left out.
        most: Only so many of the documents are asked about, the first.

    Raises:
        NoOther: there are no two documents with different texts.
    """
    passes = benchmark.standard
    asked = documents[:most]
    others = [another(documents, index) for index in range(len(asked))]
    memories: dict[str, Memories] = {
        each.id: benchmark.read(each, (passes,))
        for each in {each.id: each for each in (*asked, *others)}.values()
    }
    for age in range(min(max(ages), len(filler)) + 1):
        if age:
            window = filler[age - 1]
            memories = {d: benchmark.slept_on(window, each) for d, each in memories.items()}
        if age in ages:
            rows: list[Result] = []
            for document, other in zip(asked, others, strict=True):
                for arm, read in ((f"n{passes}", document), ("swapped", other)):
                    memory = memories[read.id][passes]
                    rows += benchmark.from_memory(document, f"{arm}+{age}", memory)
            yield age, rows


def plot(facts: Mapping[int, Mapping[str, Any]], ages: Mapping[str, Any], path: Path) -> None:
    """Draw exact answers by facts read, and by windows since.

    Args:
        facts: By number of facts the figures of a benchmark, as `compare` gives them.
        ages: The figures of `fading`.
        path: Of the picture (.svg or .png).
    """
    with drawing(path, 1, 2, size=(8, 2.6), sharey="row") as (axes,):
        curves = {"n1": "own memory", "swapped": "another's", "full-own": "text and own memory"}
        curves |= {"full-none": "text, no memory", "read": "text, for the reader"}
        for arm, label in curves.items():
            rows = {count: figures["arms"].get(arm) for count, figures in facts.items()}
            _curve(axes[0], {count: row for count, row in rows.items() if row}, label)
        for arm in ("n1", "swapped"):
            known = {name: row for name, row in ages["arms"].items() if name.startswith(f"{arm}+")}
            rows = {int(name.partition("+")[2]): row for name, row in known.items()}
            _curve(axes[1], rows, curves[arm])
        axes[0].set_xlabel("facts read")
        axes[1].set_xlabel("windows read since")
        axes[0].set_ylim(0, 1.02)
        axes[0].set_ylabel("exact answers")
        axes[0].legend(frameon=False, fontsize=7)


def _curve(axis: Any, rows: Mapping[int, Mapping[str, Any]], label: str) -> None:
    at = sorted(rows)
    exact = [rows[each]["exact"] for each in at]
    below = [rows[each]["exact"] - rows[each]["exact_interval"][0] for each in at]
    above = [rows[each]["exact_interval"][1] - rows[each]["exact"] for each in at]
    axis.errorbar(at, exact, yerr=[below, above], marker="o", capsize=3, label=label)
