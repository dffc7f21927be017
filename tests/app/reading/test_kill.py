"""kill -9 of the whole process tree at random instants of `read`: no page twice, none skipped."""

import os
import random
import signal
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from sleepdoc.store import Step, Store

MODEL = "scripted:window=256,passes=3"
READ = """
import sys
from pathlib import Path
from sleepdoc.reading.service import OpenConversation, OpenOptions

def report(events):
    for event in events:
        print(type(event).__name__, flush=True)

if __name__ == "__main__":
    path, database, model = sys.argv[1:]
    with OpenConversation(OpenOptions(Path(path), Path(database), model=model)) as conversation:
        report(conversation.open())
        report(conversation.session.read())
"""


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("documents") / "tides.txt"
    path.write_text("".join(f"On day {day} the tide was low.\n\n" for day in range(90)))
    return path


def read(path: Path, database: Path, *, kill_after: int | None = None) -> bool:
    """Read in a process group of its own, and kill that once so many events were reported."""
    script = path.with_name("read.py")
    script.write_text(READ)
    process = subprocess.Popen(
        [sys.executable, script, path, database, MODEL],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        start_new_session=True,
        text=True,
    )
    assert process.stdout is not None
    for events, _ in enumerate(process.stdout, 1):
        if events == kill_after:
            os.killpg(process.pid, signal.SIGKILL)
            break
    process.communicate()
    assert process.returncode in (0, -signal.SIGKILL)
    return process.returncode == 0


def steps(database: Path) -> list[Step]:
    with Store.open(database) as store:
        assert store.check() == []
        conversations = store.conversations()
        assert len(conversations) <= 1
        return store.steps(conversations[0]) if conversations else []


@pytest.fixture(scope="module")
def uninterrupted(path: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Step]:
    database = tmp_path_factory.mktemp("whole") / "sleepdoc.db"
    assert read(path, database)
    return steps(database)


@pytest.mark.parametrize("seed", range(2))
def test_killed_again_and_again_it_ends_where_it_would_have(
    path: Path, uninterrupted: list[Step], tmp_path: Path, seed: int
) -> None:
    database = tmp_path / "sleepdoc.db"
    chance = random.Random(seed)
    kills = 0
    while not read(path, database, kill_after=chance.randint(1, 32)):
        kills += 1
        positions = [step.position for step in steps(database)]
        for before, after in pairwise(positions):
            assert before.slept < after.slept == after.read
    assert kills > 1
    assert [(step.kind, step.position, step.snapshot) for step in steps(database)] == [
        (step.kind, step.position, step.snapshot) for step in uninterrupted
    ]
