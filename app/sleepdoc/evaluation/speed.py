"""How fast a model's worker is, and how much memory it takes, by how much it has read.

Everything is measured through the worker as a person has it. Machines drift and other programs
run: only figures of one run can be compared, and those of repeated measurements are medians.
"""

import contextlib
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sleepdoc.reading.budget import PIECE, Budget
from sleepdoc.reading.client import EngineClient
from sleepdoc_model.engine import Sampling


@dataclass(frozen=True)
class Row:
    """One engine after so many windows. Seconds, tokens per second, MiB; None: it cannot do that,
    or the system does not say."""

    engine: str
    beside: int
    """Busy processes meanwhile."""
    windows: int
    tokens_read: int
    start: float
    """From the start of the process until the model is there."""
    first_token: float
    """From an empty window with a prompt as long as recall makes it."""
    decoding: float
    reading: float | None
    """Of the document: prefilled, and slept on."""
    sleep: float | None
    """The last one."""
    resume: float | None
    """From a stored memory to the first token of an answer."""
    prefill: float
    """Of that prompt, which is all that a model without memory can be compared by."""
    peak_mib: float | None


@dataclass(frozen=True)
class Plan:
    """What to measure."""

    text: str
    """Any that is not empty; repeated as needed."""
    windows: tuple[int, ...]
    """After how many windows."""
    tokens: int
    """Of an answer."""
    repeats: int


def measure(make: Callable[[], EngineClient], name: str, plan: Plan, beside: int) -> Iterator[Row]:
    """Measure one engine from its start on; one that has no memory once.

    Raises:
        ModelError: it cannot be loaded.
    """
    client = make()
    with _busy(beside), contextlib.closing(client):
        begun = time.perf_counter()
        client.start()
        start = time.perf_counter() - begun
        yield from _Subject(client, plan).rows(name, beside, start)


class _Subject:
    def __init__(self, client: EngineClient, plan: Plan) -> None:
        self._client, self._plan = client, plan
        self._budget = Budget.of(client.info.window, client.frame)
        self._document = client.encode(plan.text)
        self._prompt = client.frame.asked(self._piece(0, self._budget.recall))

    def rows(self, name: str, beside: int, start: float) -> Iterator[Row]:
        client, read, seconds, slept = self._client, 0, 0.0, 0.0
        client.load(None)
        remembers = client.info.remembers
        for window in range(1, max(self._plan.windows) + 1 if remembers else 2):
            if remembers:
                begun = time.perf_counter()
                slept = self._read_window(read)
                seconds += time.perf_counter() - begun
                read += self._budget.document
            if remembers and window not in self._plan.windows:
                continue
            memory = client.state() if remembers else None
            times = [self._answer() for _ in range(self._plan.repeats)]
            first, decoding = (statistics.median(each) for each in zip(*times))
            yield Row(
                name,
                beside,
                window if remembers else 0,
                read,
                start,
                first,
                decoding,
                read / seconds if remembers else None,
                slept if remembers else None,
                self._resume(memory) if memory is not None else None,
                len(self._prompt) / first,
                peak_mib(client.pid),
            )

    def _piece(self, start: int, count: int) -> list[int]:
        return [self._document[(start + i) % len(self._document)] for i in range(count)]

    def _read_window(self, start: int) -> float:
        """Read one window and sleep; returns the seconds of the sleep."""
        client = self._client
        client.reset_window(client.frame.prefix, reading=True)
        for at in range(0, self._budget.document, PIECE):
            client.prefill(self._piece(start + at, min(PIECE, self._budget.document - at)))
        begun = time.perf_counter()
        for _ in client.sleep(client.info.passes):
            pass
        return time.perf_counter() - begun

    def _answer(self) -> tuple[float, float]:
        """Seconds to the first token, and tokens per second after it."""
        client = self._client
        begun = time.perf_counter()
        client.reset_window(client.frame.prefix, reading=True)
        client.prefill(self._prompt, whole=True)
        tokens = client.generate(self._plan.tokens, stop=frozenset(), sampling=Sampling())
        next(tokens)
        first = time.perf_counter()
        count = sum(1 for _ in tokens)
        return first - begun, count / (time.perf_counter() - first)

    def _resume(self, memory: bytes) -> float:
        begun = time.perf_counter()
        self._client.load(memory)
        return time.perf_counter() - begun + self._answer()[0]


def peak_mib(pid: int | None, proc: Path = Path("/proc")) -> float | None:
    """A process's highest resident memory so far, where the system says it."""
    try:
        lines = (proc / str(pid) / "status").read_text().splitlines()
    except OSError:
        return None
    found = next((line for line in lines if line.startswith("VmHWM")), None)
    return int(found.split()[1]) / 1024 if found else None


@contextlib.contextmanager
def _busy(count: int) -> Iterator[None]:
    """Keep so many other processes busy."""
    loop = [sys.executable, "-c", "while True: pass"]
    with contextlib.ExitStack() as stack:
        for _ in range(count):
            stack.callback(subprocess.Popen(loop).kill)
        yield


def ratios(rows: Sequence[Row]) -> list[dict[str, object]]:
    """What each row is worth against the first of its engine: times in seconds, speeds in turn."""
    first: dict[str, Row] = {}
    found = []
    for row in rows:
        base = first.setdefault(row.engine, row)
        if row is not base:
            found.append(
                {
                    "engine": row.engine,
                    "beside": row.beside,
                    "windows": row.windows,
                    **{
                        name: round(ours / theirs, 3)
                        for name in ("first_token", "decoding", "reading", "peak_mib")
                        if (ours := getattr(row, name)) and (theirs := getattr(base, name))
                    },
                }
            )
    return found
