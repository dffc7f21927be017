"""`sleepdoc overview`: written on demand, once, and as far as the document is read."""

from pathlib import Path

from .conftest import Run


def test_it_is_written_once_and_then_shown_without_a_model(run: Run, lamps: str) -> None:
    first = run("overview", lamps)
    assert first.code == 0
    assert "Written:" in first.err
    assert "lit it at dusk" in first.out
    again = run("overview", lamps, SLEEPDOC_MODEL="no-such-model")
    assert (again.code, again.out, again.err) == (0, first.out, "")


def test_its_fields(run: Run, lamps: str) -> None:
    told = run("overview", lamps, "--json").json
    assert told["conversation"] == lamps
    assert told["complete"] is True
    assert told["about"]["quoted"] is True
    assert told["parts"][-1]["last"] == told["pages"] == told["slept_page"]
    gists = run("show", lamps, "--json").json["gists"]
    assert {"whole", "sleep"} >= {gist["kind"] for gist in gists}
    assert told["about"]["text"] in [g["text"] for g in gists if g["kind"] == "whole"]
    assert told["about"]["text"] in run("show", lamps).out


def test_it_needs_a_conversation(run: Run, story: Path) -> None:
    assert run("overview", story).code == 5
    assert run("overview", "nothing").code == 5


def test_questions_about_the_whole_are_answered_from_it(run: Run, lamps: str) -> None:
    about = run("overview", lamps, "--json").json["about"]["text"]
    said = run("ask", lamps, "What is this about?", "--json").json
    assert said["answer"].endswith(f"“{about}”")
    assert said["lookup"] == "looked up"
    assert said["citations"][0]["quote"] == about
