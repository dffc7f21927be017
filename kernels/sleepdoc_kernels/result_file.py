"""Files of results: figures as one JSON object, or a log with a JSON object per line.

They stand in the lowest package, as every package measures.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any


def write(path: Path, figures: Mapping[str, object]) -> None:
    """Write figures beside `path`, and then in its place; its directory is made if need be.

    Raises:
        OSError: it cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.tmp")
    temporary.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", "utf-8")
    temporary.replace(path)


def read(path: Path) -> dict[str, Any]:
    """The figures that `write` wrote.

    Raises:
        OSError: it cannot be read.
        ValueError: it holds no JSON object.
    """
    found = json.loads(path.read_text("utf-8"))
    if not isinstance(found, dict):
        raise ValueError(f"{path.name} holds no JSON object")
    return found


def append(path: Path, rows: Iterable[Mapping[str, object]]) -> None:
    """Add lines to a log, all or none of which will be there after a crash of this process.

    Raises:
        OSError: it cannot be written.
    """
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    with path.open("a", encoding="utf-8") as file:
        file.write(lines)


def lines(path: Path) -> list[dict[str, Any]]:
    """The lines of a log, but for a last one that the end of its writer tore.

    Raises:
        OSError: it cannot be read.
        ValueError: a line is no JSON object.
    """
    whole, _, _ = path.read_text("utf-8").rpartition("\n")
    found = [json.loads(line) for line in whole.split("\n")] if whole else []
    if not all(isinstance(row, dict) for row in found):
        raise ValueError(f"a line of {path.name} holds no JSON object")
    return found


def mend(path: Path) -> None:
    """Take a torn last line away, so that another can follow those before it.

    Raises:
        OSError: it cannot be read or written.
    """
    content = path.read_bytes()
    if (whole := content.rfind(b"\n") + 1) < len(content):
        with path.open("r+b") as file:
            file.truncate(whole)
