"""The headline run goes on where it was, and keeps to what it is of."""

import json
from pathlib import Path

import pytest

from sleepdoc.errors import MismatchError, SleepdocError
from sleepdoc.evaluation.headlines import FADING, PARTS, Headlines
from sleepdoc_model.load import load
from sleepdoc_model.tasks.passages import Passage
from sleepdoc_model.tasks.types import Question

WINDOW = "The tide was low, and the keeper slept. " * 25
"""Of 1,000 tokens: more than a window takes of a document."""
TEXTS = [
    Passage(f"Lamp {n}", f"Lamp {n} was lit by keeper {n}.", Question(f"Who lit lamp {n}?", f"{n}"))
    for n in range(40)
]


def headlines(folder: Path, **options: object) -> Headlines:
    return Headlines(*load("scripted:window=2048"), folder, **options)


def test_more_documents_leave_the_first_as_they_are(tmp_path: Path) -> None:
    two = headlines(tmp_path).measure("facts", 2)
    kept = (tmp_path / "facts.jsonl").read_text("utf-8")
    three = headlines(tmp_path).measure("facts", 3)
    assert (two["documents"], three["documents"]) == (2, 3)
    assert (tmp_path / "facts.jsonl").read_text("utf-8").startswith(kept)
    assert headlines(tmp_path).measure("facts", 2) == two
    (tmp_path / "facts.jsonl").unlink()
    at_once = headlines(tmp_path).measure("facts", 3)["arms"]
    assert [row["f1"] for row in at_once.values()] == [row["f1"] for row in three["arms"].values()]
    assert two["of"] == three["of"]
    assert three["arms"].keys() == {"n2", *PARTS["facts"].controls} - {"read"}  # there is no reader


def test_another_seed_is_another_run(tmp_path: Path) -> None:
    headlines(tmp_path).measure("facts", 1)
    with pytest.raises(MismatchError):
        headlines(tmp_path, seed=30).measure("facts", 1)


def test_documents_age_as_far_as_the_filler_goes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = headlines(tmp_path, filler=WINDOW * 5).measure(FADING, 2)
    assert found["arms"].keys() == {
        f"{arm}+{age}" for arm in ("n2", "swapped") for age in (0, 1, 4)
    }
    assert "older than that is left out" in capsys.readouterr().err
    kept = (tmp_path / "fading.jsonl").read_text("utf-8")
    (tmp_path / "fading.jsonl").write_text(kept[: kept.index("+1")], "utf-8")
    again = headlines(tmp_path, filler=WINDOW * 5).measure(FADING, 2)
    assert {arm: row["f1"] for arm, row in again["arms"].items()} == {
        arm: row["f1"] for arm, row in found["arms"].items()
    }
    with pytest.raises(MismatchError):
        headlines(tmp_path, filler=WINDOW.swapcase() * 5).measure(FADING, 2)


def test_facts_come_in_the_windows_they_are_claimed_of(tmp_path: Path) -> None:
    for name, windows in (("facts", 0), ("facts-16", 0), ("facts-64", 4)):
        (first, *_) = documents = headlines(tmp_path).documents(name)
        assert len(documents) == PARTS[name].documents
        assert len(first.windows) == windows and len(first.questions) == PARTS[name].questions


def test_passages_need_a_file(tmp_path: Path) -> None:
    with pytest.raises(SleepdocError, match="needs --passages"):
        headlines(tmp_path).measure("passages", 2)
    (first, *_) = headlines(tmp_path, texts=TEXTS).documents("long")
    assert first.text.count("was lit by") == 24 and len(first.questions) == 8


def test_parts_of_earlier_runs_stay(tmp_path: Path) -> None:
    first = headlines(tmp_path, filler=WINDOW)
    first.measure("facts", 2)
    first.keep()
    then = headlines(tmp_path, filler=WINDOW)
    then.measure(FADING, 2)
    then.keep()
    assert headlines(tmp_path).found == json.loads(json.dumps(then.found))
    assert then.found.keys() == {"facts", FADING}
    assert "windows read since" in (tmp_path / "capacity.svg").read_text("utf-8")
