"""`sleepdoc bench speed`: figures of a worker, by windows read."""

import os
from pathlib import Path

from sleepdoc.errors import ExitCode
from sleepdoc.evaluation.speed import peak_mib

from .conftest import Run

FIGURES = ("start", "first_token", "decoding", "reading", "sleep", "resume", "prefill")


def test_every_figure_is_there_for_every_point(run: Run) -> None:
    outcome = run(
        *("bench", "speed", "--model", "scripted:window=256", "--windows", "1,3"),
        *("--tokens", 4, "--repeats", 2, "--beside", 1, "--json"),
    )
    assert outcome.code == 0
    rows = outcome.json["rows"]
    assert [(row["beside"], row["windows"]) for row in rows] == [(0, 1), (0, 3), (1, 1), (1, 3)]
    assert rows[1]["tokens_read"] == 3 * rows[0]["tokens_read"] > 0
    assert all(row[name] > 0 for row in rows for name in FIGURES)
    assert [(each["beside"], each["windows"]) for each in outcome.json["ratios"]] == [
        (0, 3),
        (1, 1),
        (1, 3),
    ]


def test_a_table_has_a_line_per_point(run: Run) -> None:
    outcome = run(
        *("bench", "speed", "--model", "scripted:window=256", "--windows", "1,2"),
        *("--tokens", 4, "--repeats", 1),
    )
    head, *lines = outcome.out.splitlines()
    assert "decoding" in head
    assert len(lines) == 2


def test_text_that_is_empty_or_none_is_refused(run: Run, tmp_path: Path) -> None:
    empty, binary = tmp_path / "empty.txt", tmp_path / "binary"
    empty.write_text("")
    binary.write_bytes(b"\xff\xfe\xfd")
    assert run("bench", "speed", "--text", empty).code == ExitCode.DOCUMENT
    assert run("bench", "speed", "--text", binary).code == ExitCode.DOCUMENT


def test_peak_memory_is_read_where_it_stands(tmp_path: Path) -> None:
    (tmp_path / "7").mkdir()
    (tmp_path / "7" / "status").write_text("Name:\tx\nVmHWM:\t    2048 kB\n")
    assert peak_mib(7, tmp_path) == 2.0
    assert peak_mib(8, tmp_path) is None
    if os.path.exists("/proc/self/status"):
        assert (peak_mib(os.getpid()) or 0) > 1
