"""Every model on the machine is listed once, under a name that finds it again."""

import os
from pathlib import Path

import pytest

from sleepdoc.errors import ModelError, UsageError
from sleepdoc.models import catalogue

from .conftest import Model

COMMIT, OLDER = "a" * 40, "b" * 40


def put(path: Path, content: bytes) -> Path:
    """A file, and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def cached(home: Path, repository: str, commit: str, file: str, content: bytes) -> Path:
    """A file as the hub's cache holds it: a link into the folder of blobs."""
    folder = home / ".cache/huggingface/hub" / f"models--{repository.replace('/', '--')}"
    blob = put(folder / "blobs" / f"{hash((commit, file)):x}", content)
    link = folder / "snapshots" / commit / file
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(os.path.relpath(blob, link.parent))
    return link


def test_a_machine_without_models_has_the_embedded_one(home: Path) -> None:
    (only,) = catalogue.models()
    assert (only.id, only.path, only.problem) == ("default", None, None)
    assert only.can_sleep
    assert only.size > 90e6


@pytest.mark.parametrize(
    "place",
    [
        "data/models/own.gguf",
        "home/.lmstudio/models/lmstudio-community/Some-GGUF/own.gguf",
        "home/.cache/lm-studio/models/a/b/own.gguf",
        "home/.cache/llama.cpp/own.gguf",
        "named/deep/down/own.gguf",
    ],
)
def test_a_file_is_found_wherever_it_lies(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: Model, place: str
) -> None:
    monkeypatch.setenv("SLEEPDOC_MODELS", str(tmp_path / "named"))
    path = put(tmp_path / place, model("qwen35"))
    _, found = catalogue.models()
    assert (found.id, found.path, found.problem) == (str(path), path, None)
    assert found.size == len(model("qwen35"))
    for name in (str(path), "own.gguf", "own"):
        assert catalogue.find(name) == path


@pytest.mark.parametrize(
    ("architecture", "kind"),
    [("granitehybrid", "recurrent"), ("lfm2", "convolution"), ("llama", "attention")],
)
def test_what_can_sleep(home: Path, model: Model, architecture: str, kind: str) -> None:
    cached(home, "org/name", COMMIT, "m.gguf", model(architecture))
    _, found = catalogue.models()
    assert (found.kind, found.can_sleep) == (kind, kind == "recurrent")
    assert found.memory is not None
    assert found.memory > found.size


def test_hub_ids_are_short_and_paths_keep_their_names(home: Path, model: Model) -> None:
    link = cached(home, "org/name", COMMIT, "Q4/m.gguf", model("llama"))
    assert catalogue.files() == {"org/name:Q4/m.gguf": link}
    for name in ("org/name:Q4/m.gguf", "org/name", "m.gguf", "m", str(link)):
        assert catalogue.find(name) == link


def test_a_file_met_twice_is_listed_once(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: Model
) -> None:
    link = cached(home, "org/name", COMMIT, "m.gguf", model("llama"))
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "again.gguf").symlink_to(link)
    monkeypatch.setenv("SLEEPDOC_MODELS", os.pathsep.join([str(mine), str(mine), str(home)]))
    assert list(catalogue.files()) == ["org/name:m.gguf"]


def test_the_main_branch_has_the_short_id(home: Path, model: Model) -> None:
    old = cached(home, "org/name", OLDER, "m.gguf", model("llama"))
    new = cached(home, "org/name", COMMIT, "m.gguf", model("lfm2"))
    refs = home / ".cache/huggingface/hub/models--org--name/refs"
    for main, other, commit in ((old, new, COMMIT), (new, old, OLDER)):
        put(refs / "main", main.parent.name.encode())
        ids = {"org/name:m.gguf": main, f"org/name@{commit}:m.gguf": other}
        assert catalogue.files() == ids
        assert {name: catalogue.find(name) for name in ids} == ids


def test_without_a_main_branch_the_newest_has_it(home: Path, model: Model) -> None:
    one = cached(home, "org/name", COMMIT, "m.gguf", model("lfm2"))
    two = cached(home, "org/name", OLDER, "m.gguf", model("llama"))
    for second, (old, new) in enumerate([(one, two), (two, one)]):
        os.utime(old.parent, (second, second))
        os.utime(new.parent, (second + 1, second + 1))
        assert catalogue.files()["org/name:m.gguf"] == new


def test_parts_and_projectors_are_left_out(home: Path, data_directory: Path) -> None:
    folder = data_directory / "models"
    names = ["s-00001-of-00003", "s-00002-of-00003", "s-00003-of-00003", "mmproj-F16", "x.MMPROJ"]
    for name in names:
        put(folder / f"{name}.gguf", b"GGUF")
    put(folder / "notes.txt", b"GGUF")
    (folder / "gone.gguf").symlink_to(folder / "nowhere")
    first = folder / "s-00001-of-00003.gguf"
    assert catalogue.files() == {str(first): first}
    assert catalogue.find("s") == first


def test_damaged_files_are_listed_with_the_reason(
    home: Path, data_directory: Path, model: Model
) -> None:
    folder = data_directory / "models"
    whole = put(folder / "whole.gguf", model("llama"))
    put(folder / "cut.gguf", model("llama")[:1000])
    put(folder / "empty.gguf", b"")
    put(folder / "half.gguf", model("llama")[:-1000])
    os.mkfifo(folder / "pipe.gguf")
    put(folder / "s-00001-of-00002.gguf", model("llama"))
    found = {each.path: each for each in catalogue.models() if each.path}
    assert len(found) == 6
    for path, each in found.items():
        if path == whole:
            assert each.problem is None
        else:
            assert each.problem and path.name in each.problem and "\n" not in each.problem
            assert each.kind is each.memory is None


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_unreadable_files_and_folders(home: Path, data_directory: Path, model: Model) -> None:
    path = put(data_directory / "models/m.gguf", model("llama"))
    path.chmod(0)
    closed = put(home / ".cache/llama.cpp/inner/m.gguf", model("lfm2")).parent
    closed.chmod(0)
    try:
        (found,) = catalogue.models()[1:]
    finally:
        closed.chmod(0o700)
    assert found.path == path
    assert found.problem and "cannot be read" in found.problem


def test_a_name_of_several_is_refused_with_all_of_them(
    home: Path, data_directory: Path, model: Model
) -> None:
    own = put(data_directory / "models/m.gguf", model("llama"))
    cached(home, "org/name", COMMIT, "m.gguf", model("lfm2"))
    with pytest.raises(UsageError) as refusal:
        catalogue.find("m")
    assert str(own) in str(refusal.value)
    assert "org/name:m.gguf" in str(refusal.value)
    assert catalogue.find("org/name").name == "m.gguf"


def test_a_path_is_that_file_whatever_else_has_its_name(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data_directory: Path, model: Model
) -> None:
    put(data_directory / "models/m.gguf", model("llama"))
    here = put(tmp_path / "work/m.gguf", model("lfm2"))
    monkeypatch.chdir(here.parent)
    assert catalogue.find("m.gguf") == here
    monkeypatch.setenv("HOME", str(tmp_path))
    assert catalogue.find("~/work/m.gguf") == here


@pytest.mark.parametrize("name", ["", "m", "org/name", "org/name:m.gguf", "./m.gguf", "a\0b", "/"])
def test_no_such_model(home: Path, name: str) -> None:
    with pytest.raises(ModelError, match="sleepdoc models"):
        catalogue.find(name)
