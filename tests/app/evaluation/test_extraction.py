"""Reading is timed beside another version, document by document."""

from pathlib import Path

from sleepdoc.evaluation.extraction import Speed, measure, table

SLOW = """
import time
def load_document(path):
    until = time.process_time() + 2
    while time.process_time() < until:
        pass
    return type("Document", (), {"pages": [1]})
"""


def test_another_version_is_what_it_is_compared_with(tmp_path: Path) -> None:
    package = tmp_path / "app" / "sleepdoc" / "documents"
    package.mkdir(parents=True)
    for each in (package, package.parent):
        (each / "__init__.py").write_text("")
    (package / "reader.py").write_text(SLOW)
    (tmp_path / "tide.txt").write_text("The tide was low.\f" * 3)
    (speed,) = measure([tmp_path / "tide.txt"], tmp_path / "app", times=1)
    assert (speed.name, speed.pages) == ("tide.txt", 3)
    assert speed.before > 1.5 and speed.ratio > 1


def test_the_ratio_is_of_pages_per_second() -> None:
    shown = table([Speed("report.pdf", 12, before=2.0, after=0.5)])
    assert shown.splitlines()[1].split() == ["report.pdf", "12", "6.0", "24.0", "4.00"]
