"""`read` and `ask`: the main job, from a file to an answer, and on from where it stopped."""

import os
import pty
import signal
import subprocess
from pathlib import Path

from .conftest import STORY, Run, command_line, environment


def test_read_says_what_it_did(run: Run, story: Path) -> None:
    done = run("read", story, "--json")
    assert done.code == 0
    fields = done.json
    assert fields["document"] == "lamps"
    assert fields["tokens"] == fields["slept"] >= len(STORY.encode())
    assert fields["sleeps"] >= fields["tokens"] / 512
    assert (fields["passes"], fields["pages"], fields["page"]) == (2, 3, 3)
    assert (fields["conversation"], fields["resumed"]) == ("lamps", False)
    assert len(fields["snapshot"]) == 64
    assert fields["seconds"] > 0
    assert done.err.count("Sleep ") == fields["sleeps"]
    assert "\x1b" not in done.err


def test_reading_again_reads_nothing_again(run: Run, story: Path, lamps: str) -> None:
    before = run("show", lamps, "--json").json
    fields = run("read", story, "--json").json
    assert fields["resumed"] is True
    assert run("show", lamps, "--json").json["steps"] == before["steps"]


def test_passes_are_those_of_the_conversation(run: Run, story: Path) -> None:
    assert run("read", story, "--passes", 3, "--json").json["passes"] == 3
    again = run("read", story, "--passes", 1, "--json")
    assert again.json["passes"] == 3
    assert "keeps to that" in again.err


def test_asking_twice_rereads_nothing(run: Run, story: Path) -> None:
    first = run("ask", story, "Where did Ambrose sail?", "--json").json
    assert first["resumed"] is False
    assert first["answer"]
    fields = {"page", "label", "quote", "start", "end", "verified", "likely"}
    assert first["citations"][0].keys() == fields
    assert any("Valparaiso" in citation["quote"] for citation in first["citations"])
    second = run("ask", "lamps", "Who lit lamp 8?", "--json").json
    assert second["resumed"] is True
    assert second["tokens_reread"] == 0
    for same in ("tokens_read", "sleeps", "conversation"):
        assert second[same] == first[same]
    asked = [turn["question"] for turn in run("show", "lamps", "--json").json["turns"]]
    assert asked == ["Where did Ambrose sail?", "Who lit lamp 8?"]


def test_an_answer_may_come_before_reading_which_then_goes_on(run: Run, story: Path) -> None:
    now = run("ask", story, "Where did Ambrose sail?", "--now", "--json")
    assert (now.json["sleeps"], now.json["tokens_read"]) == (0, 0)
    assert any("Valparaiso" in citation["quote"] for citation in now.json["citations"])
    assert "Not all of it has been read" in now.err
    counted = run("ask", story, "How often is Valparaiso mentioned?", "--now")
    assert "once in the document" in counted.out
    read = run("read", story, "--json").json
    assert read["conversation"] == now.json["conversation"] and read["sleeps"] > 0
    later = run("ask", story, "Who lit lamp 8?", "--now", "--json")
    assert later.json["tokens_read"] == read["tokens"] and "Not all" not in later.err
    assert len(run("show", "lamps", "--json").json["turns"]) == 3


def test_of_several_questions_each_stands_above_its_answer(
    run: Run, lamps: str, tmp_path: Path
) -> None:
    file = tmp_path / "questions.txt"
    file.write_text("Where did Ambrose sail?\nHow often is Valparaiso mentioned?\n", "utf-8")
    both = run("ask", lamps, "--questions", file)
    assert "Where did Ambrose sail?" in both.err and "How often is" in both.err
    assert "Where did Ambrose sail?" not in both.out
    assert "Where did" not in run("ask", lamps, "Where did Ambrose sail?").err


def test_who_waits_for_a_long_text_is_told_how_not_to(run: Run, story: Path) -> None:
    assert "--now" not in run("ask", story, "Where did Ambrose sail?").err
    story.write_text("The lamp was lit at dusk and put out at dawn. " * 250, "utf-8")
    assert "--now" in run("ask", story, "When was the lamp lit?").err
    assert "--now" not in run("ask", story, "When was it put out?").err


def test_a_copy_as_of_a_page_is_not_looked_beyond(run: Run, lamps: str) -> None:
    copy = run("fork", lamps, "--at", 2, "--json").json["conversation"]
    fields = run("ask", copy, "Where did Ambrose sail?", "--now", "--json").json
    assert not any("Valparaiso" in citation["quote"] for citation in fields["citations"])


def test_a_memory_that_is_not_waited_for_is_not_asked(run: Run, story: Path) -> None:
    assert run("ask", story, "Who?", "--now", "--closed-book").code == 2


def test_the_answer_alone_is_on_stdout(run: Run, lamps: str) -> None:
    done = run("ask", lamps, "Where did Ambrose sail?")
    turn = run("show", lamps, "--json").json["turns"][0]
    assert done.out == turn["answer"] + "\n"
    assert turn["citations"][0]["quote"] in done.err


def test_an_answer_without_passages_says_on_stderr_what_it_rests_on(run: Run, lamps: str) -> None:
    done = run("ask", lamps, "Where did Ambrose sail?", "--closed-book")
    assert done.err.splitlines()[-1] == "From memory, on no page (closed book)."


def test_a_closed_book_has_no_passages(run: Run, lamps: str) -> None:
    fields = run("ask", lamps, "Where did Ambrose sail?", "--closed-book", "--json").json
    assert fields["citations"] == []
    assert run("show", lamps, "--json").json["turns"][0]["closed_book"] is True


def test_an_answer_ends_where_it_is_told_to(run: Run, lamps: str) -> None:
    assert len(run("ask", lamps, "Who?", "--max-tokens", 5, "--json").json["answer"]) == 5


def test_a_terminal_sees_bars_and_a_pipe_the_answer(
    story: Path, tmp_path: Path, data_directory: Path
) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        command_line("read", story),
        cwd=tmp_path,
        env=environment(data_directory, TERM="xterm"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=theirs,
        text=True,
    )
    os.close(theirs)
    seen = b""
    try:
        while piece := os.read(ours, 65536):
            seen += piece
    except OSError:  # the other side is closed
        pass
    finally:
        os.close(ours)
    out, _ = process.communicate()
    assert process.returncode == 0
    assert out.startswith("lamps: 3 pages, ")
    assert b"\x1b[" in seen
    assert b"Sleep 1: " in seen


def interrupted(data: Path, directory: Path, *arguments: object) -> tuple[int, str]:
    """Run a command and press Ctrl-C, as a terminal does, once it has slept twice."""
    process = subprocess.Popen(
        command_line(*arguments),
        cwd=directory,
        env=environment(data),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stderr
    lines = []
    for line in process.stderr:
        lines.append(line)
        if line.startswith("Sleep 2"):
            os.killpg(process.pid, signal.SIGINT)
    return process.wait(), "".join(lines)


def test_an_interrupted_reading_goes_on_to_the_same_memory(
    run: Run, tmp_path: Path, data_directory: Path
) -> None:
    long = tmp_path / "long.txt"
    long.write_text(STORY * 12, encoding="utf-8")
    code, said = interrupted(data_directory, tmp_path, "read", long)
    assert code == 130
    assert said.splitlines()[-1].startswith("sleepdoc: Interrupted: read to p. ")
    stopped = run("show", "long", "--json").json
    assert stopped["sleeps"] >= 2
    assert stopped["slept"] < len(STORY) * 80

    resumed = run("read", long, "--json").json
    assert resumed["resumed"] is True
    other = run("read", long, "--json", "--db", tmp_path / "other.db").json
    assert resumed["sleeps"] == other["sleeps"]
    assert resumed["snapshot"] == other["snapshot"]


def test_an_interrupted_ask_does_not_answer(run: Run, tmp_path: Path, data_directory: Path) -> None:
    long = tmp_path / "long.txt"
    long.write_text(STORY * 12, encoding="utf-8")
    code, _ = interrupted(data_directory, tmp_path, "ask", long, "Where did Ambrose sail?")
    assert code == 130
    assert run("show", "long", "--json").json["turns"] == []
