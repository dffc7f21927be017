"""A hash is computed once, and again whenever the file may be another."""

import hashlib
import json
import os
from pathlib import Path

import pytest

from sleepdoc_model import file_hash
from sleepdoc_model.file_hash import known_sha256


def test_it_is_the_files_sha256(tmp_path: Path) -> None:
    path = tmp_path / "m"
    path.write_bytes(b"model")
    expected = hashlib.sha256(b"model").hexdigest()
    assert known_sha256(path, None) == expected
    assert known_sha256(path, tmp_path / "missing" / "hashes.json") == expected


def test_it_is_computed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, known = tmp_path / "m", tmp_path / "hashes.json"
    path.write_bytes(b"model")
    first = known_sha256(path, known)
    monkeypatch.setattr(file_hash, "file_sha256", lambda path: pytest.fail("read again"))
    assert known_sha256(path, known) == first


def test_another_file_of_that_name_is_read_again(tmp_path: Path) -> None:
    path, known = tmp_path / "m", tmp_path / "hashes.json"
    path.write_bytes(b"model")
    known_sha256(path, known)
    time = path.stat().st_mtime_ns
    other = tmp_path / "other"
    other.write_bytes(b"other")
    other.replace(path)
    os.utime(path, ns=(time, time))  # same size and time, another inode
    assert known_sha256(path, known) == hashlib.sha256(b"other").hexdigest()


@pytest.mark.parametrize("content", ["", "[]", '{"x"', '{"PATH": [1, 2, 3]}', '{"PATH": 7}'])
def test_damaged_notes_are_no_hindrance(content: str, tmp_path: Path) -> None:
    path, known = tmp_path / "m", tmp_path / "hashes.json"
    path.write_bytes(b"model")
    known.write_text(content.replace("PATH", str(path)))
    assert known_sha256(path, known) == hashlib.sha256(b"model").hexdigest()
    assert str(path) in json.loads(known.read_text())
