"""What a child process does to itself before it touches a file nobody vouches for."""

import contextlib
import signal
from collections.abc import Iterator

from sleepdoc.documents.limits import Limits

_GRACE = 1.0
"""Seconds of the processor after which C code that does not return is ended from outside."""


class Refused(BaseException):
    """The document, or one page of it, is over a limit or unreadable.

    Not an `Exception`: parsers recover from those in many places, and a timer must get through.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail


def confine(limits: Limits) -> None:
    """Limits that hold whatever happens in Python. Platforms without them have the wall clock."""
    try:
        import resource
    except ImportError:
        return
    ceilings = {
        "RLIMIT_AS": limits.memory,
        "RLIMIT_FSIZE": 0,
        "RLIMIT_CORE": 0,
        "RLIMIT_NOFILE": 16,
    }
    for name, ceiling in ceilings.items():
        with contextlib.suppress(AttributeError, ValueError, OSError):
            resource.setrlimit(getattr(resource, name), (ceiling, ceiling))
    signal.signal(signal.SIGXCPU, _refuse_document_time)
    limit_processor(limits.open_seconds)


def limit_processor(seconds: float) -> None:
    """Allow so many more seconds of the processor; then `Refused` is raised."""
    try:
        import resource
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = used.ru_utime + used.ru_stime
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = max(1, round(spent + seconds))
    if hard != resource.RLIM_INFINITY:
        soft = min(soft, hard)
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


def _refuse_document_time(signum: int, frame: object) -> None:
    raise Refused("document time")


@contextlib.contextmanager
def timer(seconds: float, reason: str) -> Iterator[None]:
    """Raise `Refused` when the seconds of processor time are over; in C code, end the process."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def ring(signum: int, frame: object) -> None:
        raise Refused(reason)

    signal.signal(signal.SIGPROF, ring)
    # It rings on, in case the first ring fell into code that cannot be interrupted.
    signal.setitimer(signal.ITIMER_PROF, seconds, 0.5)
    signal.setitimer(signal.ITIMER_VIRTUAL, 1.5 * seconds + _GRACE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
