"""`sleepdoc bench memory` end to end, with the scripted model."""

import hashlib
import json
import platform
from pathlib import Path

import pytest

from sleepdoc_model.evaluation.documents import Asked, Document, dump

from .conftest import SOURCES, Run

ARMS = (
    *("n1", "n2", "swapped", "empty", "full-own", "full-none", "full-other", "last-other"),
    *("recall", "modal"),
)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "data.jsonl"
    documents = (
        Document(f"d{n}", f"Lamp {n} is lit. " * 9, (Asked("Is it lit?", ("yes",)),))
        for n in range(3)
    )
    path.write_text("".join(dump(document) + "\n" for document in documents), "utf-8")
    return path


def test_a_table_with_every_arm_and_what_is_ahead(run: Run, data: Path) -> None:
    done = run("bench", "memory", "--data", data, "--passes", "1,2")
    assert done.code == 0
    for arm in ARMS:
        assert f"\n{arm} " in f"\n{done.out}"
    assert "against" in done.out and "above 0 is better" in done.out
    assert "d2: 3 of 3" in done.err


def test_one_object_with_figures_and_settings(run: Run, data: Path, tmp_path: Path) -> None:
    plot = tmp_path / "plot.svg"
    options = ("--json", "--passes", "1,2", "--room", "40", "--plot", plot)
    done = run("bench", "memory", "--data", data, *options)
    found = done.json
    assert set(found["arms"]) == set(ARMS)
    assert (found["documents"], found["settings"]["room"]) == (3, 40)
    # As many as the scripted model makes of its own: settled beforehand, whatever comes out best.
    assert found["ours"] == "n2"
    assert (found["machine"], found["device"]) == (platform.machine(), "cpu")
    assert found["dtype"] == "none"
    assert found["versions"].keys() >= {"sleepdoc", "torch"}
    assert found["data"]["documents"] == hashlib.sha256(data.read_bytes()).hexdigest()
    assert plot.read_text("utf-8").startswith("<?xml")


def test_a_run_goes_on_from_its_results(run: Run, data: Path, tmp_path: Path) -> None:
    results = tmp_path / "results.jsonl"
    command = ("bench", "memory", "--data", data, "--passes", "1", "--results", results)
    first = run(*command)
    whole = results.read_text("utf-8")
    head, *lines = whole.splitlines(keepends=True)
    kept = (line for line in lines if '"d0"' in line)
    results.write_text(head + "".join(kept), "utf-8")
    again = run(*command)
    assert "d1: 2 of 3" in again.err and "d0" not in again.err
    assert again.out.splitlines()[0] == first.out.splitlines()[0]
    asked = [line.partition('"seconds"')[0] for line in results.read_text("utf-8").splitlines()]
    assert asked == [line.partition('"seconds"')[0] for line in whole.splitlines()]


def test_results_of_something_else_are_left_alone(run: Run, data: Path, tmp_path: Path) -> None:
    results = tmp_path / "results.jsonl"
    command = ("bench", "memory", "--data", data, "--results", results)
    assert run(*command, "--passes", "1").code == 0
    before = results.read_text("utf-8")
    other = run(*command, "--passes", "2")
    assert other.code == 7 and "of other settings" in other.err
    assert results.read_text("utf-8") == before
    whole = data.read_text("utf-8")
    data.write_text(whole.replace("Is it lit?", "Is it dark?"), "utf-8")
    assert run(*command, "--passes", "1").code == 7  # other questions under the same names
    data.write_text(whole, "utf-8")
    head, _, rows = before.partition("\n")
    for name, value in (("dtype", "float8"), ("device", "abacus"), ("fingerprint", "0")):
        results.write_text(json.dumps({**json.loads(head), name: value}) + "\n" + rows, "utf-8")
        assert run(*command, "--passes", "1").code == 7
    results.write_text("nothing of the kind\n", "utf-8")
    assert run(*command, "--passes", "1").code == 8


@pytest.mark.parametrize(
    ("options", "code", "reason"),
    [
        (("--arms", "full-own,psychic"), 2, "There is no arm 'psychic'"),
        (("--room", "100000"), 2, "of a document fit into a window"),
        (("--model", "nonsense"), 4, "no model nonsense"),
    ],
)
def test_refusals(run: Run, data: Path, options: tuple[str, ...], code: int, reason: str) -> None:
    done = run("bench", "memory", "--data", data, *options)
    assert done.code == code
    assert reason in done.err and done.err.count("\n") == 1


def test_one_document_has_no_other_to_be_told_from(run: Run, data: Path) -> None:
    first = data.read_text("utf-8").splitlines(keepends=True)[0]
    data.write_text(first, "utf-8")
    alone = run("bench", "memory", "--data", data, "--passes", "1")
    assert alone.code == 2 and "a second document with another text" in alone.err
    assert alone.err.count("\n") == 1
    data.write_text(first + first.replace('"d0"', '"d1"'), "utf-8")
    assert run("bench", "memory", "--data", data, "--passes", "1").code == 2
    data.write_text(first, "utf-8")
    own = ("--arms", "empty,full-own")
    assert run("bench", "memory", "--data", data, "--passes", "1", *own).code == 0


@pytest.mark.parametrize("passes", ["0", "1,x", ""])
def test_passes_are_whole_numbers(run: Run, data: Path, passes: str) -> None:
    assert run("bench", "memory", "--data", data, "--passes", passes).code == 2


def test_data_that_cannot_be_used(run: Run, tmp_path: Path) -> None:
    missing = run("bench", "memory", "--data", tmp_path / "none.jsonl")
    assert missing.code == 3 and "cannot be read" in missing.err
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"id": 1}\n', "utf-8")
    done = run("bench", "memory", "--data", bad)
    assert done.code == 3
    assert "bad.jsonl, line 1: no 'questions'" in done.err


def test_keys_are_timed_while_the_model_reads(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", SOURCES)
    long = tmp_path / "long.txt"
    long.write_text("The tide was low, and the keeper slept. " * 20_000)
    model = ("--model", "scripted:window=256,passes=3")
    timed = run("bench", "keys", "--presses", 3, "--document", long, *model, "--json").json
    assert timed["presses"] == 3
    assert 0 < timed["median"] <= timed["most"] < 60
    short = tmp_path / "short.txt"
    short.write_text("The tide was low.")
    ended = run("bench", "keys", "--presses", 3, "--document", short, *model)
    assert ended.code == 4 and "take a longer one" in ended.err
