"""Commands as a person gives them, on a real database and with a real worker process."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from sleepdoc.cli import cli

ROOT = Path(__file__).resolve().parents[3]
SOURCES = os.pathsep.join(str(ROOT / top) for top in ("app", "model", "kernels"))

STORY = "\n\n".join(
    f"Chapter {number}. The keeper of lamp {number} lit it at dusk; the log has {number * 7} ships."
    for number in range(1, 60)
)
STORY += "\n\nEpilogue. Ambrose sailed to Valparaiso in the end, and the lamps went out.\n"


@dataclass(frozen=True)
class Outcome:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        fields: dict[str, Any] = json.loads(self.out)
        assert fields.pop("v") == 1
        return fields


Run = Callable[..., Outcome]


def command_line(*arguments: object) -> list[str]:
    """What starts sleepdoc from these sources."""
    return [sys.executable, "-m", "sleepdoc", *map(str, arguments)]


def environment(data: Path, **more: str) -> dict[str, str]:
    """As bare as a person's can be, and nothing of this machine's sleepdoc in it."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    own = {"PYTHONPATH": SOURCES, "SLEEPDOC_DATA_DIR": str(data), "SLEEPDOC_MODEL": "scripted"}
    return kept | own | more


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run sleepdoc with the scripted model, in `tmp_path`, without a terminal.

    The command runs in this process, the model in a worker process of its own as ever.
    """
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SLEEPDOC_MODEL", "scripted")

    def invoke(*arguments: object, **more: str) -> Outcome:
        result = CliRunner().invoke(cli, [*map(str, arguments)], env=more, prog_name="sleepdoc")
        return Outcome(result.exit_code, result.stdout, result.stderr)

    return invoke


@pytest.fixture(scope="session")
def lamps_read(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory in which lamps.txt has been read to its end."""
    directory = tmp_path_factory.mktemp("lamps")
    (directory / "lamps.txt").write_text(STORY, encoding="utf-8")
    data = directory / "data"
    subprocess.run(
        command_line("read", "lamps.txt"), cwd=directory, env=environment(data), check=True
    )
    return data


@pytest.fixture
def story(tmp_path: Path) -> Path:
    """The document, not read yet."""
    path = tmp_path / "lamps.txt"
    path.write_text(STORY, encoding="utf-8")
    return path


@pytest.fixture
def lamps(story: Path, lamps_read: Path, data_directory: Path) -> str:
    """The name of a conversation that has read `story`, in a database of the test's own."""
    shutil.copytree(lamps_read, data_directory)
    return "lamps"
