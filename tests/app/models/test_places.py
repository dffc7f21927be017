"""Folders are found by the variables and defaults of the programs that fill them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sleepdoc.models import places


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"HF_HOME": "~/hugging"},
        {"HF_HUB_CACHE": "/srv/hub"},
        {"HUGGINGFACE_HUB_CACHE": "/srv/legacy"},
        {"HF_HOME": "/srv/home", "HF_HUB_CACHE": "$HF_HOME/other"},
        {"HUGGINGFACE_HUB_CACHE": "/srv/legacy", "HF_HUB_CACHE": "/srv/hub"},
        {"XDG_CACHE_HOME": "/srv/cache"},
        {"XDG_CACHE_HOME": "/srv/cache", "HF_HOME": "/srv/home"},
    ],
    ids=lambda variables: " ".join(variables) or "none",
)
def test_hub_cache_is_that_of_huggingface_hub(
    home: Path, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    # It reads its variables when it is imported.
    script = "from huggingface_hub import constants; print(constants.HF_HUB_CACHE)"
    theirs = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert places.hub_cache() == Path(theirs.stdout.strip())


def test_folders_without_variables(home: Path, data_directory: Path) -> None:
    assert places.folders() == [
        data_directory / "models",
        home / ".lmstudio/models",
        home / ".cache/lm-studio/models",
        home / ".cache/llama.cpp",
        home / "Library/Caches/llama.cpp",
    ]


def test_folders_of_variables(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLEEPDOC_MODELS", os.pathsep.join(["~/mine", "", "/srv/models"]))
    monkeypatch.setenv("LLAMA_CACHE", "/srv/llama")
    monkeypatch.setenv("XDG_CACHE_HOME", "/srv/cache")
    added = {home / "mine", Path("/srv/models"), Path("/srv/llama"), Path("/srv/cache/llama.cpp")}
    assert added <= set(places.folders())


def test_empty_variables_are_no_places(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = places.hub_cache(), places.folders()
    for name in ("SLEEPDOC_MODELS", "LLAMA_CACHE", "HF_HOME", "HF_HUB_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, "")
    assert (places.hub_cache(), places.folders()) == expected
