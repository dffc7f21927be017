"""kill -9 `sleepdoc read` and all its processes at random instants, and compare what is left.

python tests/kill_at_random.py --out docs/results/kill.json

After every kill the same command is started again. No page may be read twice or skipped, and the
memory at the end must be, byte for byte, that of a run nobody disturbed.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

from sleepdoc.store import Step, Store

SAMPLE = Path(__file__).parents[1] / "assets" / "sample" / "the-five-orange-pips.pdf"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("document", type=Path, nargs="?", default=SAMPLE)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--latest", type=float, default=30, help="latest instant, in seconds")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--model", help="as for sleepdoc read")
    parser.add_argument("--out", type=Path, help="also write the figures as JSON")
    options = parser.parse_args()

    command = [sys.executable, "-m", "sleepdoc", "read", "--json", str(options.document)]
    command += ["--model", options.model] if options.model else []
    chance = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as folder:
        disturbed, whole = Path(folder) / "disturbed.db", Path(folder) / "whole.db"
        instants: list[float] = []
        while len(instants) < options.kills:
            instant = chance.uniform(0, options.latest)
            if not read(command, disturbed, instant):
                instants.append(round(instant, 2))
                print(f"killed after {instant:5.2f} s at {where(disturbed)}", flush=True)
            elif len(instants) < options.kills:
                sys.exit(f"read to the end after {len(instants)} kills: a smaller --latest, please")
        read(command, disturbed, None)
        read(command, whole, None)
        left, right = steps(disturbed), steps(whole)
    same = [(s.kind, s.position, s.snapshot) for s in left] == [
        (s.kind, s.position, s.snapshot) for s in right
    ]
    figures = {
        "document": options.document.name,
        "instants": instants,
        "steps": len(right),
        "identical_steps": same,
        "final_memory": right[-1].snapshot,
        "final_memory_after_kills": left[-1].snapshot,
    }
    print(json.dumps(figures, indent=2))
    if options.out:
        options.out.write_text(json.dumps(figures, indent=2) + "\n")
    sys.exit(0 if same else 1)


def read(command: list[str], database: Path, kill_after: float | None) -> bool:
    """Run the command in a process group of its own; whether it came to its end."""
    process = subprocess.Popen(
        [*command, "--db", str(database)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    if kill_after is not None:
        try:
            process.wait(kill_after)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            time.sleep(0.2)  # until the worker is gone, too, and with it the lock
    _, errors = process.communicate()
    if process.returncode not in (0, -signal.SIGKILL):
        sys.exit(f"exit code {process.returncode}: {errors.decode()}")
    return process.returncode == 0


def steps(database: Path) -> list[Step]:
    """All steps of the only conversation, after checks that hold at any time."""
    if not database.exists():
        return []
    with Store.open(database) as store:
        if problems := store.check():
            sys.exit(f"the database is damaged: {problems}")
        conversations = store.conversations()
        found = store.steps(conversations[0]) if conversations else []
    for before, after in pairwise(step.position for step in found):
        if not before.slept < after.slept == after.read:
            sys.exit(f"read twice or skipped: {before} -> {after}")
    return found


def where(database: Path) -> str:
    found = steps(database)
    return (
        f"{found[-1].position.slept} tokens, {len(found)} steps" if found else "the very beginning"
    )


if __name__ == "__main__":
    main()
