"""How fast are documents read, beside another version of this program? Pages per second, and ratio.

python -m sleepdoc.evaluation.extraction --beside CHECKOUT/app FILE ...

Both versions read every document in turn, in processes of their own, so that the ratio of their
processor times says something on a busy machine too. Import and start of Python do not count, the
process in which a document is opened does.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import sleepdoc

_READ = """
import os, sys
from pathlib import Path
from sleepdoc.documents.reader import load_document
before = os.times()
pages = len(load_document(Path(sys.argv[1])).pages)
after = os.times()
print(pages, sum(after[:4]) - sum(before[:4]))
"""


_TICK = 0.01
"""Seconds: what is read faster is over before the system's clock has told any."""


@dataclass(frozen=True)
class Speed:
    """Processor time of one document, in seconds, child processes included."""

    name: str
    pages: int
    before: float
    after: float

    @property
    def ratio(self) -> float:
        """How many times as many pages per second as before."""
        return self.before / self.after


def measure(files: Iterable[Path], beside: Path, times: int = 3) -> Iterator[Speed]:
    """The least of several readings in turn.

    Args:
        beside: The folder that holds the other version's package.

    Raises:
        CalledProcessError: a version cannot read a document.
    """
    ours = Path(sleepdoc.__file__).parents[1]
    for file in files:
        readings = [(_reading(file, beside), _reading(file, ours)) for _ in range(times)]
        before, after = (min(seconds for _, seconds in version) for version in zip(*readings))
        yield Speed(file.name, readings[0][1][0], before, after)


def _reading(file: Path, package: Path) -> tuple[int, float]:
    path = os.pathsep.join([str(package), *filter(None, [os.environ.get("PYTHONPATH")])])
    done = subprocess.run(
        [sys.executable, "-c", _READ, str(file)],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    pages, seconds = done.stdout.split()
    return int(pages), max(float(seconds), _TICK)


def table(speeds: Iterable[Speed]) -> str:
    """Pages per second of processor time, and the ratio."""
    rows = [f"{'document':32}{'pages':>7}{'before':>9}{'after':>9}{'ratio':>8}"]
    for each in speeds:
        before, after = each.pages / each.before, each.pages / each.after
        rows.append(f"{each.name:32.32}{each.pages:7}{before:9.1f}{after:9.1f}{each.ratio:8.2f}")
    return "\n".join(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--beside", required=True, type=Path, help="app folder of another version")
    parser.add_argument("files", nargs="+", type=Path)
    arguments = parser.parse_args()
    print(table(measure(arguments.files, arguments.beside.resolve())))


if __name__ == "__main__":
    main()
