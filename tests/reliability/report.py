"""Figures of a run: as JSON, as a table, and what went wrong."""

import json
import platform
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from . import programme
from .runner import Run

_BEGIN, _END = "<!-- figures -->", "<!-- end of figures -->"


def figures(run: Run) -> dict[str, Any]:
    """What the run found, of every fault, and whether it all held."""
    rows = {}
    for name, wanted in run.wanted.items():
        fault = programme.faults()[name]
        results = [each for each in run.results if each.fault == name]
        skipped = [each for each in results if each.outcome.startswith("skipped")]
        broken = [each for each in results if each.broken is not None]
        tried = len(results) - len(skipped)
        # A control says something once it has been broken; no part of it is to hold.
        held = bool(broken) if fault.control and tried else not (broken and not fault.control)
        rows[name] = {
            "what": fault.what,
            "promises": fault.promises,
            "control": fault.control,
            "wanted": wanted,
            "tried": tried,
            "skipped": len(skipped),
            "broken": len(broken),
            "held": held,
            "outcomes": dict(Counter(e.outcome for e in results if e.broken is None)),
            "seconds": round(sum(each.seconds for each in results), 1),
        }
    return {
        "size": run.size,
        "seed": run.seed,
        "commit": run.commit,
        "python": platform.python_version(),
        "machine": platform.machine(),
        "sqlite": _sqlite(),
        "seconds": round(run.seconds),
        "held": all(row["held"] for row in rows.values()),
        "faults": rows,
    }


def table(found: dict[str, Any]) -> str:
    """Markdown."""
    rows = ["| fault | tried | held | then | promises |", "|---|---|---|---|---|"]
    for name, row in found["faults"].items():
        tried = f"{row['tried']:,}" + ("" if row["tried"] == row["wanted"] else _of(row))
        kept = row["tried"] - row["broken"]
        held = f"{kept:,}" if not row["control"] else f"control: {row['broken']:,} broken"
        named = ", ".join(row["promises"])
        rows.append(f"| {name} | {tried} | {held} | {row['what']} | {named} |")
    return "\n".join(rows)


def _of(row: dict[str, Any]) -> str:
    skipped = f", {row['skipped']:,} skipped" if row["skipped"] else ""
    return f" of {row['wanted']:,}{skipped}"


def complaints(run: Run) -> Iterator[str]:
    """What broke, and controls that did not."""
    found = figures(run)["faults"]
    shown: Counter[str] = Counter()
    for each in run.results:
        if each.broken is not None and not found[each.fault]["control"] and shown[each.fault] < 5:
            shown[each.fault] += 1
            yield f"BROKEN {each.fault} {each.number}: {each.broken}"
    for name, row in found.items():
        if row["control"] and not row["held"]:
            yield f"BROKEN {name}: this control has to be broken, and never was"


def write_json(found: dict[str, Any], path: Path) -> None:
    path.write_text(json.dumps(found, indent=2) + "\n")


def write_docs(found: dict[str, Any], page: Path) -> None:
    """Put the table between the marks on a page."""
    head, _, rest = page.read_text().partition(_BEGIN)
    _, _, tail = rest.partition(_END)
    about = (
        f"`--{found['size']} --seed {found['seed']}` at commit {found['commit']}: "
        f"{found['seconds']:,} s, Python {found['python']}, SQLite {found['sqlite']}, "
        f"{found['machine']}."
    )
    page.write_text(f"{head}{_BEGIN}\n{about}\n\n{table(found)}\n{_END}{tail}")


def _sqlite() -> str:
    from sleepdoc.store.driver import sqlite3

    return sqlite3.sqlite_version
