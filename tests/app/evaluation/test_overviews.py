"""What an overview says is compared with how its document begins."""

from pathlib import Path

from sleepdoc.documents.reader import load_document
from sleepdoc.evaluation.answers import Line, Question
from sleepdoc.evaluation.overviews import precisions, rows
from sleepdoc.store import Gist

TEXT = (
    "The keeper of the tower lit the lamp at dusk on every day of the year. Ships passed by.\n\n"
    "This note describes how lamps are trimmed on towers at night.\n"
)
ANSWERS = ("how lamps are trimmed on towers at night",)


def test_arms_and_precision(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text(TEXT)
    document = load_document(tmp_path / "note.txt")
    question = Question("What is it about?", ANSWERS, "overview", "", frozenset())
    line = Line("note", "note.txt", "", (question,))
    gists = [
        Gist("whole", 1, 1, "Lamps are trimmed by night.", quoted=False, model="m"),
        Gist("question", 1, 1, "What is a lamp?", quoted=False, model="m"),
    ]
    found = {row.arm: row for row in rows(line, document, gists)}
    assert list(found) == ["lead", "paragraph", "quote", "shown"]
    assert found["lead"].said.endswith("of the year.")
    assert found["paragraph"].said.endswith("Ships passed by.")
    assert found["quote"].said.startswith("This note describes")
    assert found["quote"].f1 > found["lead"].f1
    assert list(precisions(document, gists)) == [("said", 1.0)]
