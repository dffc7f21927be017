"""What the pages name is there: files that are linked, files and names of the code, folders."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGES = (
    "README.md",
    "CONTRIBUTING.md",
    "assets/README.md",
    "docs/architecture.md",
    "docs/command-line.md",
    "docs/measured.md",
    "docs/model.md",
    "docs/reproduction.md",
    "kernels/README.md",
    "model/README.md",
)
TRACKED = subprocess.run(
    ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
    cwd=ROOT,
    check=True,
    capture_output=True,
    text=True,
).stdout.split("\n")
SOURCES = [
    (ROOT / name).read_text(encoding="utf-8")
    for name in TRACKED
    if name.endswith(".py") and not name.startswith("tests/") and (ROOT / name).exists()
]


@pytest.mark.parametrize("page", PAGES)
def test_every_file_linked_is_there(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    for link in re.findall(r"\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)", text):
        assert (ROOT / page).parent.joinpath(link).exists(), link


@pytest.mark.parametrize("page", PAGES)
def test_every_source_named_is_there(page: str) -> None:
    """By the end of its path: ``reading/window.py`` is the application's."""
    text = (ROOT / page).read_text(encoding="utf-8")
    for name in re.findall(r"`([\w./-]+\.(?:py|safetensors))`", text):
        assert any(f"/{each}".endswith(f"/{name}") for each in TRACKED), name


@pytest.mark.parametrize("page", ["docs/architecture.md", "model/README.md"])
def test_every_name_of_the_code_is_defined(page: str) -> None:
    """Of ``Network.taps`` both in one file."""
    text = (ROOT / page).read_text(encoding="utf-8")
    for name in re.findall(r"`((?:[A-Z]\w+\.)?_?[A-Za-z]\w+)`", text):
        owner, _, last = name.rpartition(".")
        if any((ROOT / top / last).is_dir() for top in ("app", "model", "kernels")):
            continue
        known = rf"\b(?:class|def) {last}\b|^\s*(?:self\.)?{last}\b[^\n=]*[:=]|\"{last}\""
        places = [source for source in SOURCES if not owner or f"class {owner}" in source]
        assert any(re.search(known, source, re.MULTILINE) for source in places), name


def test_every_folder_is_in_the_layout() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    layout = readme.partition("## Layout")[2].partition("## ")[0]
    folders = {str(Path(name).parent) for name in TRACKED if not name.startswith("tests/")}
    for folder in sorted(folders - {".", "app", "model", "kernels"}):
        assert f"{Path(folder).name}/" in layout, folder
