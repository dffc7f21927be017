"""Attempts on several processes, and their results in a file that a later run goes on with."""

import json
import os
import random
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Literal

from . import programme
from .fault import Broken, Skipped

Size = Literal["quick", "release"]
_CHUNK = 16
_MEMORY = Path("/dev/shm")
"""Files kept in memory, on Linux. A kill loses nothing that was written there either, and power
cuts are made from what was recorded: no attempt needs a real disk."""


@dataclass(frozen=True)
class Result:
    """What came of one attempt."""

    fault: str
    number: int
    outcome: str
    broken: str | None
    seconds: float


@dataclass(frozen=True)
class Run:
    """A programme, as far as it has been run."""

    size: Size
    seed: int
    commit: str
    wanted: dict[str, int]
    results: list[Result]
    seconds: float
    """Of all its parts."""


def run(
    size: Size,
    *,
    seed: int,
    jobs: int,
    only: str,
    seconds: float | None,
    results: Path,
) -> Run:
    """Make every attempt that has no result in the file yet, until time is up."""
    faults = programme.faults()
    wanted = {name: getattr(each, size) for name, each in faults.items() if only in name}
    header = {"size": size, "seed": seed, "commit": _commit()}
    found, spent = _kept(results, header)
    done = {(each.fault, each.number) for each in found}
    todo = [
        (name, number)
        # Every fault gets its share of the time, however far it goes.
        for _, name, number in sorted(
            ((number + 1) / count, name, number)
            for name, count in wanted.items()
            for number in range(count)
        )
        if (name, number) not in done
    ]
    started = time.monotonic()
    results.parent.mkdir(parents=True, exist_ok=True)
    with (
        _scratch(),
        results.open("a") as file,
        ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool,
    ):
        running: set[Future[list[Result]]] = set()
        last = len(found)
        while todo or running:
            late = seconds is not None and time.monotonic() - started > seconds
            if late:
                todo.clear()
            while todo and len(running) < jobs + 1:
                chunk, todo = todo[:_CHUNK], todo[_CHUNK:]
                running.add(pool.submit(_attempts, seed, chunk))
            ended, running = wait(running, return_when=FIRST_COMPLETED)
            for future in ended:
                new = future.result()
                found += new
                for each in new:
                    file.write(json.dumps(asdict(each)) + "\n")
            file.flush()
            last = _progress(found, sum(wanted.values()), last)
        total = spent + time.monotonic() - started
        file.write(json.dumps({"seconds": total}) + "\n")
    kept = [each for each in found if each.fault in wanted]
    return Run(size, seed, header["commit"], wanted, kept, total)


@contextmanager
def _scratch() -> Iterator[None]:
    """A folder for everything that this process and its own make, gone afterwards."""
    place = _MEMORY if os.access(_MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="reliability-", dir=place) as folder:
        os.environ["TMPDIR"] = tempfile.tempdir = folder
        os.environ["SLEEPDOC_DATA_DIR"] = str(Path(folder) / "data")
        os.environ["SLEEPDOC_CONFIG"] = str(Path(folder) / "config.toml")
        try:
            yield
        finally:
            tempfile.tempdir = None


def _attempts(seed: int, chunk: list[tuple[str, int]]) -> list[Result]:
    return [_attempt(seed, name, number) for name, number in chunk]


def _attempt(seed: int, name: str, number: int) -> Result:
    started = time.monotonic()
    outcome, broken = "broken", None
    with tempfile.TemporaryDirectory(prefix="sleepdoc-attempt-") as folder:
        chance = random.Random(f"{seed} {name} {number}")
        try:
            outcome = programme.faults()[name].attempt(chance, Path(folder), number)
        except Skipped as why:
            outcome = f"skipped: {why}"
        except Broken as how:
            broken = str(how)
        except Exception:
            broken = traceback.format_exc()
    return Result(name, number, outcome, broken, round(time.monotonic() - started, 3))


def _kept(results: Path, header: dict[str, object]) -> tuple[list[Result], float]:
    """Results of an earlier run of the same programme; a file of another one is put aside."""
    if results.exists():
        first, *lines = results.read_text().splitlines() or [""]
        if first == json.dumps(header):
            rows = [json.loads(line) for line in lines if line.endswith("}")]
            spent = max((row["seconds"] for row in rows if "fault" not in row), default=0.0)
            return [Result(**row) for row in rows if "fault" in row], spent
        results.replace(results.with_suffix(".before.jsonl"))
    results.parent.mkdir(parents=True, exist_ok=True)
    results.write_text(json.dumps(header) + "\n")
    return [], 0.0


def _commit() -> str:
    described = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"],
        capture_output=True,
        text=True,
    )
    return described.stdout.strip() or "unknown"


def _progress(found: list[Result], total: int, last: int) -> int:
    if sys.stderr.isatty() or len(found) - last >= total // 20:
        end = "\r" if sys.stderr.isatty() else "\n"
        bar = "#" * (30 * len(found) // max(total, 1))
        print(f"[{bar:<30}] {len(found):,} of {total:,}", end=end, file=sys.stderr, flush=True)
        return len(found)
    return last
