"""The parent's side of a worker process: start it, listen to it, be rid of it in any case."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Generator, Iterator
from dataclasses import asdict
from typing import Any

from sleepdoc.documents.limits import Limits

# The search path is handed over because -I keeps out what may have set it here: the user's
# site-packages, PYTHONPATH, an editable install.
_BOOT = (
    "import json, sys; job = json.loads(sys.argv[1]); sys.path[:] = job['path']; "
    "from importlib import import_module; import_module(job['worker']).main(job)"
)
_ENVIRONMENT = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "TESSDATA_PREFIX")
_LONGEST_ANSWER = 64 << 20

PDF = "sleepdoc.documents.pdf_worker"

Answer = dict[str, Any]
Job = dict[str, str | int]
"""What a worker is to do, besides keeping to the limits."""


def answers(descriptor: int, limits: Limits, worker: str = PDF, **job: str) -> Generator[Answer]:
    """Yield what the worker says about the document behind a descriptor.

    First one with ``pages``, then one for each page, which has ``failed`` if that page cannot be
    read; or, as the last one, one with ``refused``. A page that brings the PDF worker down counts
    as failed, and a new worker goes on after it; other workers are not restarted.

    Args:
        worker: the module whose `main` reads the document, with `job` beside the limits.
    """
    clock = _Clock(limits.patience * limits.open_seconds)
    try:
        yield from _all_answers(descriptor, limits, clock, {**job, "worker": worker})
    finally:
        clock.stop()


def _all_answers(descriptor: int, limits: Limits, clock: "_Clock", job: Job) -> Generator[Answer]:
    page, count, goes_on = 0, 0, job["worker"] == PDF
    for _ in range(limits.restarts + 1):
        for answer in _worker_answers(descriptor, limits, page + 1, clock, job):
            if "pages" in answer:
                if count:
                    continue
                count = answer["pages"]
                clock.restart(limits.total_patience(count))
            if "died" in answer:
                if not (count and goes_on) or answer["died"] == "clock":
                    yield {"refused": answer["died"], "page": page + 1, **answer}
                    return
                answer = {"page": page + 1, "lines": [], "failed": f"page {answer['died']}"}
            if "refused" in answer:
                yield {"page": page + 1, **answer}
                return
            page = answer.get("page", page)
            yield answer
        if page >= count:
            return
    yield {"refused": "died", "page": page, "detail": f"as {limits.restarts} times before"}


def _worker_answers(
    descriptor: int, limits: Limits, first: int, clock: "_Clock", job: Job
) -> Generator[Answer]:
    """What one worker says from page `first` on; the last answer has ``died`` if it did."""
    page, count = 0, None
    os.lseek(descriptor, 0, os.SEEK_SET)
    # The document is the worker's standard input: no terminal, no second opening by name.
    with subprocess.Popen(
        [sys.executable, "-I", "-c", _BOOT, _job(limits, {**job, "first": first})],
        stdin=descriptor,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
    ) as process:
        try:
            with clock.watching(process):
                while page != count:
                    answer = _next(process)
                    if answer is None:
                        break
                    count, page = answer.get("pages", count), answer.get("page", page)
                    yield answer
                    if "refused" in answer:
                        return
                else:
                    return
            yield _end(process, clock)
        finally:
            process.kill()


def _job(limits: Limits, job: Job) -> str:
    path = [os.path.abspath(entry) for entry in sys.path if entry]
    return json.dumps({**job, "limits": asdict(limits), "path": path})


def _next(process: "subprocess.Popen[bytes]") -> Answer | None:
    assert process.stdout is not None
    line = process.stdout.readline(_LONGEST_ANSWER)
    try:
        answer = json.loads(line)
    except ValueError:
        return None
    return answer if isinstance(answer, dict) else None


def _end(process: "subprocess.Popen[bytes]", clock: "_Clock") -> Answer:
    if clock.expired:
        return {"died": "clock", "detail": ""}
    try:
        status = process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        return {"died": "died", "detail": "it answers nonsense"}
    if status == -getattr(signal, "SIGVTALRM", 0):
        return {"died": "time", "detail": ""}
    return {"died": "died", "detail": f"exit status {status}"}


class _Clock:
    """Kills the process it watches when the time on the wall clock is up."""

    def __init__(self, seconds: float) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self.expired = False
        self._start(seconds)

    def restart(self, seconds: float) -> None:
        self._timer.cancel()
        self._start(seconds)

    @contextlib.contextmanager
    def watching(self, process: "subprocess.Popen[bytes]") -> Iterator[None]:
        self._process = process
        if self.expired:
            process.kill()
        try:
            yield
        finally:
            self._process = None

    def stop(self) -> None:
        self._timer.cancel()

    def _start(self, seconds: float) -> None:
        self._timer = threading.Timer(seconds, self._expire)
        self._timer.daemon = True
        self._timer.start()

    def _expire(self) -> None:
        self.expired = True
        if process := self._process:
            process.kill()
