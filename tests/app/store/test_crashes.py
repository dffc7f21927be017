"""A writer that is killed at any instant loses nothing that it said was stored."""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from sleepdoc.errors import BusyError
from sleepdoc.store import Conversation, Position, Store

ROOT = Path(__file__).resolve().parents[3]
WRITER = Path(__file__).with_name("writer.py")


def start_writer(database: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(WRITER), str(database)],
        env=os.environ | {"PYTHONPATH": str(ROOT / "app")},
        stdout=subprocess.PIPE,
        text=True,
    )


def kill_after(writer: subprocess.Popen[str], lines: int) -> list[str]:
    """Read some lines, kill, and return all that had been written by then."""
    assert writer.stdout
    said = [writer.stdout.readline() for _ in range(lines)]
    assert all(said), "the writer ended on its own"
    writer.kill()
    said += writer.stdout.readlines()
    writer.wait()
    writer.stdout.close()
    return [line for line in said if line.endswith("\n")]


def test_nothing_stored_is_lost_by_a_kill(
    store: Store, conversation: Conversation, database: Path
) -> None:
    store.close()
    chance = random.Random(20)
    steps_said: set[int] = set()
    questions_said: set[int] = set()
    for _ in range(15):
        for line in kill_after(start_writer(database), chance.randint(2, 20)):
            what, number = line.split()
            (questions_said if what == "question" else steps_said).add(int(number))

        with Store.open(database) as after:
            assert after.check() == []
            steps = after.steps(conversation)
            turns = after.turns(conversation)
            assert [step.parent for step in steps[1:]] == [step.seq for step in steps[:-1]]
            assert steps_said <= {step.seq for step in steps}
            assert questions_said <= {turn.id for turn in turns}

            head = steps[-1]
            sleeps = sum(step.kind == "sleep" for step in steps)
            assert head.position == Position(sleeps, sleeps, min(sleeps, 1))
            if head.snapshot:
                after.load_snapshot(head.snapshot)
            for turn in turns:
                finished = turn.step_seq is not None
                assert turn.interrupted is not finished
                assert turn.answer == (f"It is {turn.position.read}." if finished else "")
    assert len(steps_said) > 40


def test_a_conversation_is_open_in_one_process(
    store: Store, conversation: Conversation, database: Path
) -> None:
    writer = start_writer(database)
    assert writer.stdout
    writer.stdout.readline()
    with (
        pytest.raises(BusyError, match=rf"'the-five-orange-pips' .* \(process {writer.pid}\)"),
        store.lock(conversation),
    ):
        pass
    with pytest.raises(BusyError, match=str(writer.pid)):
        store.delete_conversation("the-five-orange-pips")

    kill_after(writer, 0)
    with store.lock(conversation):
        assert store.conversation("the").id == conversation.id
