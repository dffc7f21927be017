"""The wheel alone, in a fresh environment away from its sources: it reads the sample and answers.

The environment has what the wheel requires and nothing of [dev]. Its packages are links to those of
the environment this runs in: to install them once more would take gigabytes and show nothing else.
"""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import venv
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
QUESTION = "What did the envelope contain that Colonel Openshaw opened?"
SCRIPT = """
import importlib.util, sleepdoc
assert importlib.util.find_spec("pytest") is None, "the environment is not alone"
from sleepdoc.locations import asset
print(asset("sample/the-five-orange-pips.pdf"))
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch)
        site = installed(home)
        sample = Path(called(home, "python", "-c", SCRIPT).strip())
        assert sample.is_relative_to(site), f"{sample} is not the wheel's"
        document = home / sample.name
        shutil.copy(sample, document)
        read = json.loads(called(home, "sleepdoc", "read", document, "--json"))
        assert read["sleeps"] >= 1 and read["page"] == read["pages"] > 1, read
        asked = json.loads(called(home, "sleepdoc", "ask", document, QUESTION, "--json"))
        assert asked["resumed"] and asked["answer"] and asked["citations"], asked
        print(f"The wheel alone read {read['pages']} pages and answered: {asked['answer']}")


def installed(home: Path) -> Path:
    """A fresh environment in `home` with the wheel; returns where its packages lie."""
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", home]
    subprocess.run(build, cwd=ROOT, check=True)
    (wheel,) = home.glob("*.whl")
    venv.create(home / "env")
    pip = [sys.executable, "-m", "pip", "--python", home / "env" / "bin" / "python", "install"]
    subprocess.run([*pip, "--no-deps", "--no-index", wheel], check=True)
    paths = {"base": str(home / "env"), "platbase": str(home / "env")}
    site = Path(sysconfig.get_path("purelib", vars=paths))
    (ours,) = metadata.distributions(path=[str(site)])
    for name in sorted(required(ours.requires or [])):
        link(metadata.distribution(name), site)
    return site


def required(requirements: list[str]) -> set[str]:
    """Names of all that is needed here, and of what those need."""
    found: set[tuple[str, str]] = set()
    waiting = [*wanted(requirements, "")]
    while waiting:
        requirement = waiting.pop()
        for each in ("", *requirement.extras):
            one = canonicalize_name(requirement.name), each
            if one not in found:
                found.add(one)
                waiting += wanted(metadata.requires(requirement.name) or [], each)
    return {name for name, _ in found}


def wanted(requirements: list[str], extra: str) -> Iterator[Requirement]:
    for requirement in map(Requirement, requirements):
        if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
            yield requirement


def link(package: metadata.Distribution, site: Path) -> None:
    for top in {file.parts[0] for file in package.files or ()} - {"..", "__pycache__"}:
        if not (site / top).exists():
            (site / top).symlink_to(str(package.locate_file(top)))


def called(home: Path, program: str, *arguments: object) -> str:
    """What a program of the environment prints, run in `home` with nothing of the checkout."""
    environment = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    places = {"HOME": "", "XDG_CACHE_HOME": "cache", "SLEEPDOC_DATA_DIR": "data"}
    done = subprocess.run(
        [home / "env" / "bin" / program, *map(str, arguments)],
        cwd=home,
        env=environment | {name: str(home / place) for name, place in places.items()},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout


if __name__ == "__main__":
    main()
