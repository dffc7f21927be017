"""Do more passes do good? Checkpoints, or numbers of passes, on the same questions.

Beside each arm what it answers with another document's memory.

python -m sleepdoc_model.evaluation.passes two-hop --arm runs/hops-1/heads.safetensors:1 \
    --arm runs/hops-4/heads.safetensors:4
"""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sleepdoc_kernels import result_file
from sleepdoc_model.engine import Engine
from sleepdoc_model.evaluation.comparison import compare
from sleepdoc_model.evaluation.documents import Document, of_example
from sleepdoc_model.evaluation.identity import identity, sha256_of_documents
from sleepdoc_model.evaluation.made_up import made_up
from sleepdoc_model.evaluation.memory import MemoryBenchmark, Result, Settings
from sleepdoc_model.files import ModelFiles
from sleepdoc_model.load import load
from sleepdoc_model.tokenizer import Tokenizer


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m sleepdoc_model.evaluation.passes",
        description="Exact answers and NLL of several arms, and their difference from the first.",
    )
    parser.add_argument("task", choices=("two-hop", "facts"))
    parser.add_argument(
        "--arm", action="append", required=True, metavar="HEADS:N", help="checkpoint and passes"
    )
    parser.add_argument("--reader", type=Path, help="corrections that the base has")
    parser.add_argument("--documents", type=int, default=100)
    parser.add_argument("--size", type=int, default=4, help="pairs or facts of a document")
    parser.add_argument("--windows", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, help="also write the figures as JSON")
    options = parser.parse_args()

    examples = made_up(
        options.task,
        documents=options.documents,
        size=options.size,
        windows=options.windows,
        questions=4,
        seed=options.seed,
    )
    documents = [of_example(str(number), each) for number, each in enumerate(examples)]
    rows: list[Result] = []
    names, of = [], {}
    for arm in options.arm:
        heads, _, passes = arm.rpartition(":")
        engine, tokenizer = load("default", files=ModelFiles(Path(heads), options.reader))
        names.append(f"{Path(heads).parent.name} N={passes}")
        rows += ask(engine, tokenizer, documents, int(passes), names[-1])
        data = {"documents": sha256_of_documents(documents)}
        of[names[-1]] = identity(engine.info, data, {"passes": int(passes)})
    figures = {"of": of, **compare(rows, names[0])}
    print(table(figures, names))
    if options.out:
        result_file.write(options.out, figures)


def ask(
    engine: Engine, tokenizer: Tokenizer, documents: Sequence[Document], passes: int, name: str
) -> Iterator[Result]:
    """All questions, from memory alone: the document's own as the arm `name`, and another's."""
    benchmark = MemoryBenchmark(engine, tokenizer, Settings((passes,), ("swapped",)))
    arms = {f"n{passes}": name, "swapped": f"{name} swapped"}
    for _, rows in benchmark.run(documents):
        yield from (replace(row, arm=arms[row.arm]) for row in rows)


def table(figures: Mapping[str, Any], names: Sequence[str]) -> str:
    """A line per arm; differences are how far it is ahead of the first."""
    lines = [
        f"{'arm':20} {'exact':>7} {'NLL/token':>9}  {'swapped':>7} {'NLL/token':>9}  "
        f"{'more exact':>22}  {'less NLL':>22}"
    ]
    for name in names:
        row, other = (figures["arms"][each] for each in (name, f"{name} swapped"))
        line = (
            f"{name:20} {row['exact']:7.1%} {row['nll_per_token']:9.3f}  "
            f"{other['exact']:7.1%} {other['nll_per_token']:9.3f}"
        )
        if ahead := figures["differences"].get(name):
            # Those are of the first against this one; 0 - 0 has no sign.
            more, a, b = (0 - x for x in (ahead["exact"], *ahead["exact_interval"]))
            less, c, d = (0 - x for x in (ahead["nll_per_token"], *ahead["nll_per_token_interval"]))
            right = f"{more:+.1%} ({b:+.1%} to {a:+.1%})"
            likely = f"{less:+.3f} ({d:+.3f} to {c:+.3f})"
            line += f"  {right:>22}  {likely:>22}"
        lines.append(line)
    return "\n".join(lines)


if __name__ == "__main__":
    main()
