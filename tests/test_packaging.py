"""The wheel holds everything that the program needs away from its sources, and no lessons."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("app/sleepdoc", "model/sleepdoc_model", "kernels/sleepdoc_kernels")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel as it would be published."""
    directory = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(directory)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    return next(directory.glob("*.whl"))


def committed(folder: str) -> set[str]:
    """Files of a folder that git would keep."""
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", folder]
    listed = subprocess.run(listing, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return {name for name in listed.splitlines() if (ROOT / name).exists()}


def lesson(name: str) -> bool:
    return name.endswith(".jsonl") and ("/documents/" in name or "/questions/" in name)


@pytest.mark.parametrize("package", PACKAGES)
def test_every_file_of_a_package_is_in_the_wheel(wheel: Path, package: str) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    expected = {name.partition("/")[2] for name in committed(package)}
    assert f"{Path(package).name}/py.typed" in expected
    assert {name for name in expected if not lesson(name)} <= names


def test_lessons_stay_out_of_the_wheel(wheel: Path) -> None:
    assert any(map(lesson, committed("model")))
    assert not any(map(lesson, zipfile.ZipFile(wheel).namelist()))


def test_style_sheets_and_assets_are_in_the_wheel(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert any(name.endswith(".tcss") for name in names)
    assert {f"sleepdoc/{name}" for name in committed("assets")} <= set(names)


def test_nothing_else_is_in_the_wheel(wheel: Path) -> None:
    tops = {name.partition("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    packages = {Path(package).name for package in PACKAGES}
    assert {top for top in tops if not top.endswith(".dist-info")} == packages


def test_the_wheel_runs_and_finds_its_assets(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path)
    script = (
        "from sleepdoc.locations import asset\n"
        "print(asset('sample/the-five-orange-pips.pdf').read_bytes()[:5])\n"
        "print(asset('README.md'))\n"
        "from sleepdoc.cli import cli\n"
        "cli(['--version'])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "b'%PDF-'" in done.stdout
    assert str(tmp_path / "sleepdoc" / "assets" / "README.md") in done.stdout
