"""Where a page lies in the stream of tokens, and how a window is shared."""

import math

import pytest

from sleepdoc.documents.types import Document, Page
from sleepdoc.errors import MismatchError, ModelError
from sleepdoc.reading.budget import PIECE, Budget
from sleepdoc.reading.pace import Pace
from sleepdoc.reading.tokens import DocumentTokens
from sleepdoc_model.scripted import ByteTokenizer
from sleepdoc_model.tokenizer import Frame

ENCODE = ByteTokenizer().encode
FRAME = Frame((1,) * 40, (2,) * 5, (3,) * 5, (4,) * 5, frozenset({4}))


def document(*texts: str) -> DocumentTokens:
    pages = tuple(Page(number, f"p{number}", text) for number, text in enumerate(texts, 1))
    return DocumentTokens(Document("", b"", "", "text", 0, "", pages), ENCODE)


def test_the_stream_is_its_pages_one_after_the_other() -> None:
    tokens = document("One.", "", "Three.", "")
    assert bytes(tokens.between(0, tokens.total)) == b"One.\n\nThree.\n\n"
    labels = [tokens.page_at(position).label for position in range(tokens.total)]
    assert labels == ["p1"] * 6 + ["p3"] * 8


def test_pages_of_known_lengths_are_tokenised_when_they_are_asked_for() -> None:
    pages = tuple(Page(n, str(n), text) for n, text in enumerate(("One.", "", "Three.", "4."), 1))
    paper = Document("", b"", "", "text", 0, "", pages)
    whole = DocumentTokens(paper, ENCODE)
    asked: list[str] = []
    later = DocumentTokens(paper, lambda text: asked.append(text) or ENCODE(text), whole.counts)
    assert (later.total, later.progress(9), asked) == (whole.total, whole.progress(9), [])
    assert later.between(7, 10) == whole.between(7, 10)
    assert asked == ["Three.\n\n"]
    for start in range(whole.total):
        for end in range(start, whole.total + 1):
            assert later.between(start, end) == ENCODE("One.\n\nThree.\n\n4.\n\n")[start:end]


def test_pages_of_other_lengths_are_refused() -> None:
    pages = (Page(1, "1", "One."), Page(2, "2", "Two."))
    tokens = DocumentTokens(Document("", b"", "", "text", 0, "", pages), ENCODE, [6, 7])
    assert bytes(tokens.between(0, 6)) == b"One.\n\n"
    with pytest.raises(MismatchError, match="read it anew"):
        tokens.between(4, 8)


def test_progress_counts_pages_without_text() -> None:
    tokens = document("One.", "", "Three.", "")
    assert (tokens.progress(0).page, tokens.progress(0).finished) == (0, False)
    assert [tokens.progress(read).page for read in (1, 6, 7)] == [1, 1, 3]
    assert tokens.progress(tokens.total).finished and tokens.progress(1).pages == 4


def test_an_excerpt_is_the_end_of_what_was_read() -> None:
    tokens = document("word " * 100, "The very last line of all.")
    assert tokens.excerpt(tokens.total) == "The very last line of all."
    assert tokens.excerpt(250) == ("word " * 19).strip()


@pytest.mark.parametrize("window", [128, 256, 512, 1000, 2048, 8192])
def test_a_question_recall_and_an_answer_always_fit_an_empty_window(window: int) -> None:
    budget = Budget.of(window, FRAME)
    turn = budget.around + budget.question + budget.recall
    assert budget.takes(0, turn)
    assert turn + budget.answer <= window - len(FRAME.prefix)


@pytest.mark.parametrize("window", [128, 512, 2048])
def test_document_pieces_end_where_the_reserve_begins(window: int) -> None:
    budget = Budget.of(window, FRAME)
    used = 0
    while piece := budget.piece(used):
        assert piece <= PIECE
        used += piece
    assert used == budget.document
    assert budget.size - used == min(192, budget.size // 8)
    assert budget.piece(budget.size) == 0


def test_a_window_can_be_too_small() -> None:
    with pytest.raises(ModelError, match="60"):
        Budget.of(60, FRAME)


def test_pace_is_known_once_a_window_was_slept_on() -> None:
    pace = Pace()
    pace.read(100, 2.0)
    assert (pace.tokens_per_second, pace.seconds_left(100)) == (0, math.inf)
    pace.slept(3.0)
    pace.read(900, 1.0)  # not paid for yet
    assert pace.tokens_per_second == 20
    assert pace.seconds_left(200) == 10
    assert pace.seconds == 6
    pace.slept(4.0)  # now it is
    assert pace.tokens_per_second == 100
