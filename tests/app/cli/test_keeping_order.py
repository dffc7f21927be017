"""`redo`, `fork`, `rename`, `import`, `search`, `page`, `config`, `completion`; verbs guessed."""

import json
from pathlib import Path

import pytest

from .conftest import Run


def test_redo_takes_an_undo_back(run: Run, lamps: str) -> None:
    before = run("show", lamps, "--json").json["snapshot"]
    assert run("undo", lamps).code == 0
    assert run("redo", lamps, "--json").json["snapshot"] == before
    assert run("redo", lamps).code == 2


def test_what_was_undone_stays_so_until_it_is_read(run: Run, lamps: str) -> None:
    whole = run("show", lamps, "--json").json
    undone = run("undo", lamps)
    assert undone.out.endswith(f"`sleepdoc read {lamps}` reads on.\n")
    asked = run("ask", lamps, "Who?")
    assert "It stays at " in asked.err and f"`sleepdoc read {lamps}` reads on." in asked.err
    assert run("show", lamps, "--json").json["sleeps"] == whole["sleeps"] - 1
    assert run("read", lamps, "--json").json["sleeps"] >= whole["sleeps"]
    assert "It stays at " not in run("ask", lamps, "Who?").err


def test_a_copy_as_of_a_page_answers_without_reading_on(run: Run, lamps: str) -> None:
    made = run("fork", lamps, "--at", 2, "--json").json
    assert made["from"] == "lamps" and made["page"] <= 2
    asked = run("ask", made["conversation"], "Who?", "--json").json
    whole = run("show", lamps, "--json").json
    assert 0 < asked["tokens_read"] < whole["tokens"]
    assert run("show", made["conversation"], "--json").json["page"] <= 2
    assert run("read", made["conversation"], "--json").json["tokens"] == whole["tokens"]
    assert run("fork", lamps, "--at", 0).code == 2


def test_another_name_is_the_name_from_now_on(run: Run, lamps: str) -> None:
    renamed = run("rename", lamps, "Lamps of Old", "--json").json
    assert renamed == {"conversation": "lamps-of-old", "before": "lamps"}
    assert run("show", "lamps-of").code == 0
    assert run("show", "lamps-of-new").code == 5


def test_a_file_is_as_good_as_a_name(run: Run, story: Path, lamps: str) -> None:
    for command in (["show"], ["undo"], ["redo"], ["search", "Ambrose"], ["page", "1"]):
        verb, *rest = command
        assert run(verb, story, *rest).code == 0, command
    assert run("rm", story, "--yes").code == 0


def test_search_and_page_need_no_model(run: Run, story: Path, lamps: str) -> None:
    hits = run("search", lamps, "AMBROSE sailed", "--json").json["hits"]
    assert len(hits) == 1 and hits[0]["text"].startswith("Epilogue. Ambrose sailed")
    page = run("page", lamps, hits[0]["label"], "--json").json
    assert page["text"][hits[0]["start"] : hits[0]["end"]] == "Ambrose sailed"
    assert (
        f"p. {hits[0]['label']}, line {hits[0]['line']}: Epilogue."
        in run("search", lamps, "ambrose").out
    )
    lines = run("search", lamps, "e").out.splitlines()
    assert lines and len(lines) == len(set(lines)), "a line with several hits is told once"
    assert "is not in the text" in run("search", lamps, "submarine").err
    assert run("page", lamps, "99").code == 2


def test_an_imported_memory_answers_as_the_original_does(
    run: Run, story: Path, lamps: str, tmp_path: Path
) -> None:
    assert run("export", lamps, "-o", "lamps.safetensors").code == 0
    question = ("Who?", "--closed-book", "--json")
    original = run("ask", lamps, *question).json["answer"]
    for more in ([], ["--document", story]):
        other = tmp_path / f"other{len(more)}.db"
        made = run("import", "lamps.safetensors", *more, "--db", other, "--json").json
        assert made["pages"] == 3
        assert run("ask", made["conversation"], *question, "--db", other).json["answer"] == original
    assert run("search", made["conversation"], "Ambrose", "--db", other).out != ""
    again = run("export", made["conversation"], "-o", "again.safetensors", "--db", other)
    assert again.code == 0


def test_imports_that_are_refused(run: Run, story: Path, lamps: str, tmp_path: Path) -> None:
    assert run("export", lamps, "-o", "lamps.safetensors").code == 0
    file = tmp_path / "lamps.safetensors"
    damaged = bytearray(file.read_bytes())
    damaged[-1] ^= 1
    (tmp_path / "damaged").write_bytes(damaged)
    assert run("import", "damaged").code == 7
    assert run("import", story).code == 7
    assert run("import", "missing").code == 2
    other = tmp_path / "other.txt"
    other.write_text("Another story altogether.")
    refused = run("import", file, "--document", other)
    assert refused.code == 7 and "not the document of this memory" in refused.err


def test_a_question_that_is_not_stored(run: Run, lamps: str) -> None:
    before = run("show", lamps, "--json").json
    assert run("ask", lamps, "Who?", "--no-store", "--json").json["answer"]
    after = run("show", lamps, "--json").json
    assert (after["turns"], after["steps"]) == (before["turns"], before["steps"])


def test_config_says_what_is_set_and_by_what(run: Run, data_directory: Path) -> None:
    data_directory.mkdir()
    file = data_directory / "config.toml"
    file.write_text('passes = 5\ntheme = "nord"\n\n[keys]\nfind = "ctrl+f"\n')
    config = run("config", "--json").json
    assert config["settings"]["passes"] == {"value": 5, "source": str(file)}
    assert config["settings"]["model"] == {"value": "scripted", "source": "SLEEPDOC_MODEL"}
    assert config["keys"] == {"find": "ctrl+f"}
    assert "nord" in run("config").out


def test_a_model_that_is_set_is_that_of_new_conversations(
    run: Run, lamps: str, story: Path
) -> None:
    other = "scripted:window=700"
    assert run("ask", lamps, "Who?", SLEEPDOC_MODEL=other).code == 0
    assert run("ask", lamps, "Who?", "--model", other).code == 7
    assert run("read", story, "--json", SLEEPDOC_MODEL=other).json["conversation"] == lamps
    new = story.with_name("buoys.txt")
    new.write_text("A buoy has a bell.", encoding="utf-8")
    begun = run("read", new, "--json", SLEEPDOC_MODEL=other).json["conversation"]
    models = {c["conversation"]: c["model"] for c in run("ls", "--json").json["conversations"]}
    assert models == {lamps: "scripted", begun: other}


def test_an_old_conversation_does_not_need_the_model_that_is_set(
    run: Run, lamps: str, story: Path
) -> None:
    gone = str(story.with_name("gone.gguf"))
    assert run("ask", lamps, "Who?", SLEEPDOC_MODEL=gone).code == 0
    assert run("read", story, SLEEPDOC_MODEL=gone).code == 0
    assert run("read", story, "--model", gone).code == 4


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("passes = 500", "does not fit"),
        ('passes = "5"', "does not fit"),
        ("sleep_at = 10", "does not fit"),
        ("colour = 1", "no setting 'colour'"),
        ("= 1", "cannot be read"),
        ("keys = 3", "[keys] takes"),
    ],
)
def test_a_config_that_is_wrong_is_refused(
    run: Run, data_directory: Path, written: str, said: str
) -> None:
    data_directory.mkdir()
    (data_directory / "config.toml").write_text(written)
    refused = run("config")
    assert refused.code == 2 and said in refused.err


def test_passes_come_from_the_file_unless_a_flag_says_otherwise(
    run: Run, story: Path, data_directory: Path
) -> None:
    data_directory.mkdir()
    (data_directory / "config.toml").write_text("passes = 3")
    assert run("read", story, "--json").json["passes"] == 3
    other = data_directory / "other.db"
    assert run("read", story, "--passes", 1, "--db", other, "--json").json["passes"] == 1


def test_sleeping_earlier_is_a_setting_of_new_conversations(
    run: Run, story: Path, data_directory: Path
) -> None:
    data_directory.mkdir()
    other = ("--db", data_directory / "other.db", "--json")
    usual = run("read", story, *other).json["sleeps"]
    (data_directory / "config.toml").write_text("sleep_at = 40")
    assert run("read", story, *other).json["sleeps"] == usual
    sooner = run("read", story, "--json").json
    assert sooner["sleeps"] >= 2 * usual - 1
    (data_directory / "config.toml").unlink()
    assert run("undo", story).code == 0
    again = run("read", story, "--json").json
    assert (again["sleeps"], again["snapshot"]) == (sooner["sleeps"], sooner["snapshot"])


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(run: Run, shell: str) -> None:
    assert "_SLEEPDOC_COMPLETE" in run("completion", shell).out


def test_a_mistyped_verb(run: Run) -> None:
    for typed, meant in (("lst", "ls"), ("shwo", "show"), ("undoo", "undo"), ("shwo x", "show")):
        refused = run(*typed.split())
        assert refused.code == 2
        assert f"Did you mean `sleepdoc {meant}`?" in refused.err
        assert len(refused.err.splitlines()) == 1


def test_shared_options_may_stand_before_the_verb(run: Run, lamps: str, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    assert run("--db", other, "ls", "--json").json == {"conversations": []}
    assert run(f"--db={other}", "-v", "ls", "--json").json == {"conversations": []}
    refused = run("-v", "show", "nothing")
    assert refused.code == 5 and "Traceback" in refused.err


def test_alone_in_a_pipe_it_prints_its_help(run: Run) -> None:
    assert run().out == run("--help").out
    assert run("-v").code == 0


def test_a_folder_does_not_hide_a_conversation(run: Run, lamps: str, tmp_path: Path) -> None:
    (tmp_path / "lamps").mkdir()
    assert run("ask", "lamps", "Who?").code == 0


def test_a_file_that_is_gone_says_what_is_kept(run: Run, story: Path, lamps: str) -> None:
    story.unlink()
    refused = run("ask", story, "Who?")
    assert refused.code == 3
    assert "is kept: sleepdoc open lamps" in refused.err
    assert run("ask", lamps, "Who?").code == 0


def test_a_file_of_questions(run: Run, lamps: str, tmp_path: Path) -> None:
    (tmp_path / "questions").write_text('Who sailed?\n\n{"question": "Where to?", "id": 2}\n')
    answers = run("ask", lamps, "--questions", "questions", "--json").json["answers"]
    assert [each["question"] for each in answers] == ["Who sailed?", "Where to?"]
    assert all(each["answer"] for each in answers)
    assert [turn["question"] for turn in run("show", lamps, "--json").json["turns"]] == [
        "Who sailed?",
        "Where to?",
    ]
    assert run("ask", lamps).code == 2
    assert run("ask", lamps, "Why?", "--questions", "questions").code == 2
    (tmp_path / "questions").write_text("\n")
    assert run("ask", lamps, "--questions", "questions").code == 2


def test_events_as_lines_of_json(run: Run, story: Path) -> None:
    lines = [json.loads(line) for line in run("ask", story, "Who?", "--jsonl").out.splitlines()]
    names = [line["event"] for line in lines]
    assert {line["v"] for line in lines} == {1}
    assert names[0] == "document_ready" and "document" not in lines[0]
    assert names[-1] == "answer_finished" and lines[-1]["answer"]
    for name in ("model_ready", "reading", "sleep_finished", "reading_finished", "answering"):
        assert name in names
    assert names.count("sleep_started") == names.count("sleep_finished")


def test_private_leaves_nothing(run: Run, story: Path, data_directory: Path) -> None:
    assert run("ask", story, "Who?", "--private", "--json").json["answer"]
    assert run("read", story, "--private").code == 0
    assert run("ls", "--json").json == {"conversations": []}
    assert not list(Path("/dev/shm").glob("sleepdoc-*"))
