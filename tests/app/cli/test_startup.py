"""Starting is quick: what a command does not need is not imported."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from sleepdoc import __version__

from .conftest import ROOT, SOURCES, Run

HEAVY = ("torch", "textual", "llama_cpp", "numpy", "sqlite_utils", "pypdf", "rich")


def fresh(script: str) -> subprocess.CompletedProcess[str]:
    """What a script does in an interpreter of its own."""
    return subprocess.run(
        [sys.executable, "-c", script],
        env={"PYTHONPATH": SOURCES},
        capture_output=True,
        text=True,
        check=True,
    )


def imported(*arguments: str) -> set[str]:
    """Modules in memory after the command line ran in a fresh interpreter."""
    script = (
        "import sys\n"
        "from sleepdoc.cli import cli\n"
        f"cli({list(arguments)!r}, standalone_mode=False)\n"
        "print(' '.join(sys.modules), file=sys.stderr)\n"
    )
    return set(fresh(script).stderr.split())


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["read", "--help"]])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    assert not imported(*arguments) & set(HEAVY)


def test_listing_needs_no_model() -> None:
    assert not imported("ls", "--db", "/dev/null/x", "--help") & {"torch", "textual", "llama_cpp"}


def test_what_opens_a_conversation_leaves_the_model_to_its_worker() -> None:
    script = "import sys, sleepdoc.reading.service; print(*sys.modules)"
    modules = set(fresh(script).stdout.split())
    assert not modules & {"torch", "llama_cpp", "gguf", "textual", "pypdf", "pypdfium2", "mammoth"}


@pytest.mark.parametrize("arguments", [["ask", "a", "Why?"], ["read", "a"]])
def test_the_model_is_loaded_before_anything_that_takes_long(arguments: list[str]) -> None:
    script = (
        "import sys\n"
        "from sleepdoc.cli import cli\n"
        "from sleepdoc.reading import model_process\n"
        "def start(*, ahead):\n"
        "    print(ahead, *sys.modules)\n"
        "    sys.exit()\n"
        "model_process.ModelProcess = start\n"
        f"cli({arguments!r})\n"
    )
    ahead, *modules = fresh(script).stdout.split()
    assert ahead == "True"
    assert not set(modules) & {*HEAVY, "sleepdoc.reading.service"}


def test_help_and_version_go_to_stdout(run: Run) -> None:
    assert run("-h").out == run("--help").out
    assert "Read long documents" in run("-h").out
    assert __version__ in run("--version").out


def test_the_process_of_a_model_does_not_import_the_command_line(tmp_path: Path) -> None:
    """What starts the program, as installers write it, is run again there."""
    script = tmp_path / "sleepdoc"
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    module, _, function = scripts["sleepdoc"].partition(":")
    script.write_text(f"import sys\nfrom {module} import {function}\nprint(*sys.modules)\n")
    process = subprocess.run(
        [sys.executable, script],
        env={"PYTHONPATH": SOURCES},
        capture_output=True,
        text=True,
        check=True,
    )
    assert not set(process.stdout.split()) & {"click", "sleepdoc.cli"}
