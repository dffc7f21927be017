"""The parent's side of a worker process: start it, listen to it, be rid of it in any case."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Generator
from dataclasses import asdict
from typing import Any

from sleepdoc.documents.pdf_limits import Limits

# The search path is handed over because -I keeps out what may have set it here: the user's
# site-packages, PYTHONPATH, an editable install.
_BOOT = (
    "import json, sys; job = json.loads(sys.argv[1]); sys.path[:] = job['path']; "
    "from importlib import import_module; import_module(job['worker']).main(job)"
)
_ENVIRONMENT = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT")
_LONGEST_ANSWER = 64 << 20

PDF = "sleepdoc.documents.pdf_worker"

Answer = dict[str, Any]


def answers(descriptor: int, limits: Limits, worker: str = PDF, **job: str) -> Generator[Answer]:
    """Yield what the worker says about the document behind a descriptor.

    Args:
        worker: the module whose `main` reads the document, with `job` beside the limits.

    The last answer is either that of the last page or has ``refused``; a worker that ends without
    having finished, or talks nonsense, is reported the same way.
    """
    page, count = 0, None
    # The document is the worker's standard input: no terminal, no second opening by name.
    with subprocess.Popen(
        [sys.executable, "-I", "-c", _BOOT, _job(limits, {**job, "worker": worker})],
        stdin=descriptor,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
    ) as process:
        clock = _Clock(process, limits.patience * limits.open_seconds)
        try:
            while page != count:
                answer = _next(process)
                if answer is None:
                    reason = "clock" if clock.expired else "died"
                    yield {"refused": reason, "page": page + 1, "detail": _end(process)}
                    return
                if "pages" in answer:
                    count = answer["pages"]
                    clock.restart(limits.patience * limits.total_seconds(count))
                page = answer.get("page", page)
                yield answer
                if "refused" in answer:
                    return
        finally:
            clock.stop()
            process.kill()


def _job(limits: Limits, job: dict[str, str]) -> str:
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


def _end(process: "subprocess.Popen[bytes]") -> str:
    try:
        return f"exit status {process.wait(timeout=5)}"
    except subprocess.TimeoutExpired:
        return "it answers nonsense"


class _Clock:
    """Kills a process when its time on the wall clock is up."""

    def __init__(self, process: "subprocess.Popen[bytes]", seconds: float) -> None:
        self._process = process
        self.expired = False
        self._start(seconds)

    def restart(self, seconds: float) -> None:
        self.stop()
        self._start(seconds)

    def stop(self) -> None:
        self._timer.cancel()

    def _start(self, seconds: float) -> None:
        self._timer = threading.Timer(seconds, self._expire)
        self._timer.daemon = True
        self._timer.start()

    def _expire(self) -> None:
        self.expired = True
        self._process.kill()
