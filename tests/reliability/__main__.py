"""Run the programme: ``python -m tests.reliability [--quick|--release]``."""

import argparse
import sys
from pathlib import Path

from . import report, runner

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.reliability", description=__doc__)
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_const", const="quick", dest="size")
    size.add_argument("--release", action="store_const", const="release", dest="size")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2, help="processes (default: 2)")
    parser.add_argument("--only", default="", help="only faults whose name has this in it")
    parser.add_argument("--minutes", type=float, help="stop after so long; again to go on")
    parser.add_argument(
        "--results",
        type=Path,
        help="file of results, gone on with if it is of the same commit, seed and size "
        "(default: build/reliability-SIZE.jsonl)",
    )
    parser.add_argument("--json", type=Path, help="also write the figures here")
    parser.add_argument(
        "--docs", action="store_true", help="also put the figures into docs/reliability.md"
    )
    options = parser.parse_args()
    chosen = options.size or "quick"
    results = options.results or ROOT / "build" / f"reliability-{chosen}.jsonl"
    run = runner.run(
        chosen,
        seed=options.seed,
        jobs=options.jobs,
        only=options.only,
        seconds=None if options.minutes is None else 60 * options.minutes,
        results=results,
    )
    figures = report.figures(run)
    print(report.table(figures))
    for line in report.complaints(run):
        print(line, file=sys.stderr)
    if options.json:
        report.write_json(figures, options.json)
    if options.docs:
        report.write_docs(figures, ROOT / "docs" / "reliability.md")
    return 0 if figures["held"] else 1


if __name__ == "__main__":
    sys.exit(main())
