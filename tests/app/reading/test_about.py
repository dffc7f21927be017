"""What a document is about, before anything of it is written down, is what it says of itself."""

from pathlib import Path

import pytest

from sleepdoc.reading.events import AnswerFinished
from sleepdoc.store import Store

from .reader import Reader, begun

ABOUT = "This guide tells how the lamps of Skerry are kept, and by whom they are lit."
THANKS = "Much of this guide was learnt from three keepers of Norbay, who were patient men."
FILLER = "Oil is brought in spring. " * 8


@pytest.mark.parametrize(
    ("says", "said"),
    [
        ("How lamps of Skerry are kept and lit.", "How lamps of Skerry are kept and lit."),
        ("Much of it was learnt from three keepers of Norbay.", f"“{ABOUT}”"),  # stands elsewhere
    ],
)
def test_an_answer_stands_in_what_a_document_says_of_itself(
    tmp_path: Path, says: str, said: str
) -> None:
    pages = (f"{THANKS}\n\n{FILLER}", f"{ABOUT}\n\n{FILLER}")
    with Store.open(tmp_path / "sleepdoc.db") as store:
        reading = begun(store, Reader({"Skerry": (0.0001, says, 0.9)}), pages)
        list(reading.read())
        (finished,) = (
            event
            for event in reading.ask("What is this guide about?")
            if isinstance(event, AnswerFinished)
        )
    assert finished.answer == said and finished.citations[0].page == 2
