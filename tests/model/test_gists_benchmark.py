"""Gists of passages are compared with what people wrote, and what was said is asked for once."""

import json
from pathlib import Path

import pytest

from sleepdoc_model.engine import Engine
from sleepdoc_model.evaluation import gists
from sleepdoc_model.scripted import ByteTokenizer, ScriptedConfig, ScriptedEngine

LEAD = "Lamps have been trimmed by hand on all the towers of this coast."
CUE = "We propose a lamp that trims itself, and is seen from farther away."
ITEM = gists.Item(f"{LEAD} {CUE}", ("A lamp that trims itself.",))


def test_a_passage_that_says_what_it_is_about_is_quoted() -> None:
    assert (ITEM.lead, ITEM.quote) == (LEAD, CUE)
    assert not ITEM.keeps("A lamp trims itself and is seen from farther away.")
    plain = gists.Item(LEAD, ())
    assert plain.keeps("Lamps have been trimmed by hand on the towers of a coast.")
    assert not plain.keeps("Lamps have been trimmed by machines on the towers of the coast.")


def test_what_was_said_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine: Engine = ScriptedEngine(ScriptedConfig.parse("window=512"))
    tokenizer, path = ByteTokenizer(), tmp_path / "said.jsonl"
    first = gists.Said(path, "reader", {"model": "m"}).get("A lamp.", engine, tokenizer)
    monkeypatch.setattr(gists, "written", lambda *_: "anew")
    assert gists.Said(path, "reader", {"model": "m"}).get("A lamp.", engine, tokenizer) == first
    assert gists.Said(path, "reader", {"model": "n"}).get("A lamp.", engine, tokenizer) == "anew"
    assert [json.loads(line)["said"] for line in path.read_text().splitlines()] == [first, "anew"]
