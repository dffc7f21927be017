"""The import graph is the architecture: kernels <- model <- app, and Textual only at the edge."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted(path for top in ("app", "model", "kernels") for path in (ROOT / top).rglob("*.py"))

MAY_NOT_IMPORT = {
    "kernels/sleepdoc_kernels": {"sleepdoc_model", "sleepdoc"},
    "model/sleepdoc_model": {"sleepdoc"},
}
MAY_IMPORT_TEXTUAL = ("app/sleepdoc/app.py", "app/sleepdoc/screens/", "app/sleepdoc/widgets/")
MAY_IMPORT_SQLITE = ("app/sleepdoc/store/",)
SQLITE = {"sqlite3", "pysqlite3", "sqlite_utils"}


def imported(source: str) -> Iterator[str]:
    """Top-level names of every module a source imports, wherever the import stands."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.partition(".")[0]


def forbidden(path: str) -> set[str]:
    """What the source at `path` may not import."""
    names = {
        name for top, these in MAY_NOT_IMPORT.items() if path.startswith(top) for name in these
    }
    if not path.startswith(MAY_IMPORT_TEXTUAL):
        names.add("textual")
    if not path.startswith(MAY_IMPORT_SQLITE):
        names |= SQLITE
    return names


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_run_one_way(path: Path) -> None:
    relative = path.relative_to(ROOT).as_posix()
    assert not set(imported(path.read_text(encoding="utf-8"))) & forbidden(relative)


def test_there_are_sources_in_every_layer() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in SOURCES} == {"app", "model", "kernels"}


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("kernels/sleepdoc_kernels/x.py", "import sleepdoc_model.engine"),
        ("model/sleepdoc_model/x.py", "def f():\n    from sleepdoc.errors import ModelError"),
        ("app/sleepdoc/reading/x.py", "from textual.app import App"),
        ("app/sleepdoc/cli/x.py", "if True:\n    import textual"),
        ("app/sleepdoc/reading/x.py", "import sqlite3"),
    ],
)
def test_a_violation_is_seen(path: str, source: str) -> None:
    assert set(imported(source)) & forbidden(path)
