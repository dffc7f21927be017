"""How the model uses the processor: threads, how they wait, and their priority while reading.

Idle OpenMP threads spin by default, and beside any other busy process they keep one another from
running: reading and decoding then fall to a tenth. Threads that sleep while they wait cost next to
nothing alone. What is chosen must be in the environment before torch is loaded.
"""

import os
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

_TOPOLOGY = Path("/sys/devices/system/cpu")
_QUOTA = Path("/sys/fs/cgroup/cpu.max")
_COUNTS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True)
class Choice:
    """One variable of the environment."""

    name: str
    value: str
    reason: str


def settle(environment: MutableMapping[str, str] = os.environ) -> tuple[Choice, ...]:
    """Choose what the environment leaves open, and write it there; says what holds and why."""
    return tuple(_settled(environment))


def _settled(environment: MutableMapping[str, str]) -> Iterator[Choice]:
    for names, value, reason in (
        (("OMP_WAIT_POLICY",), "passive", "threads that wait leave the cores to other programs"),
        (_COUNTS, str(cores()), "one thread per core that may be used"),
    ):
        given = next((name for name in names if environment.get(name)), None)
        if given is None:
            environment[names[0]] = value
            yield Choice(names[0], value, reason)
        else:
            yield Choice(given, environment[given], "from the environment")


def cores(topology: Path = _TOPOLOGY, quota: Path = _QUOTA) -> int:
    """Cores that this process may use: siblings count once, and a container's quota counts."""
    if not hasattr(os, "sched_getaffinity"):
        return os.cpu_count() or 1
    allowed = os.sched_getaffinity(0)
    siblings = set()
    for cpu in allowed:
        try:
            siblings.add((topology / f"cpu{cpu}/topology/thread_siblings_list").read_text())
        except OSError:
            siblings.add(str(cpu))
    found = len(siblings)
    with suppress(OSError, ValueError):
        share, period = quota.read_text().split()
        found = min(found, max(1, int(share) // int(period)))  # "max" is no number
    return found


@contextmanager
def in_the_background() -> Iterator[None]:
    """Let a reading model never preempt another program, where the system can take that back.

    That is batch scheduling, on Linux: unlike a nice value it can be left again without privilege,
    and it leaves reading its fair share. Whoever runs under a policy of their own choice keeps it.
    """
    if not hasattr(os, "SCHED_BATCH") or os.sched_getscheduler(0) != os.SCHED_OTHER:
        yield
        return
    _schedule(os.SCHED_BATCH)
    try:
        yield
    finally:
        _schedule(os.SCHED_OTHER)


def _schedule(policy: int) -> None:
    for thread in os.listdir("/proc/self/task"):
        with suppress(OSError):  # it has ended since, or may not
            os.sched_setscheduler(int(thread), policy, os.sched_param(0))
