"""Where a phrase is asked for, the passage answers that does so most surely when read alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sleepdoc.reading.events import AnswerFinished, AnswerText
from sleepdoc.reading.session import ReadingSession
from sleepdoc.store import Store

from .reader import Reader, begun

PAGES = (
    "The boat was red until the storm. " + "Nobody went out. " * 4,
    "The boat was painted blue after the storm. " + "Nobody came in. " * 4,
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "sleepdoc.db") as store:
        yield store


def session(store: Store, reader: Reader) -> ReadingSession:
    reading = begun(store, reader, PAGES)
    list(reading.read())
    return reading


def asked(reading: ReadingSession, question: str) -> tuple[str, AnswerFinished]:
    events = list(reading.ask(question))
    shown = "".join(event.text for event in events if isinstance(event, AnswerText))
    return shown, next(event for event in events if isinstance(event, AnswerFinished))


def test_an_answer_is_cited_where_it_was_read(store: Store) -> None:
    reader = Reader({"red": (0.7, "red", 0.9), "blue": (0.1, "blue", 0.9)})
    shown, finished = asked(session(store, reader), "What was the boat painted after the storm?")
    assert shown == finished.answer == "blue"
    assert (finished.citations[0].page, finished.verdict) == (2, "verified")
    assert finished.absence == pytest.approx(0.1)
    assert store.turns(store.conversations()[0])[-1].answer == "blue"


def test_if_none_answers_it_is_said_that_nothing_was_found(store: Store) -> None:
    reader = Reader({"red": (0.7, "red", 0.9), "blue": (0.8, "blue", 0.9)})
    shown, finished = asked(session(store, reader), "What was the boat painted after the storm?")
    assert shown.startswith("I found nothing") and finished.verdict == "not found"


def test_a_name_is_spelt_as_in_the_passage_it_was_read_from(store: Store) -> None:
    pages = (PAGES[0], "The boat was painted by Annabel Addington. " + "Nobody came in. " * 4)
    reading = begun(store, Reader({"painted": (0.1, "Annabel Addton", 0.9)}), pages)
    list(reading.read())
    shown, finished = asked(reading, "Who painted the boat?")
    assert shown == finished.answer == "Annabel Addington"
    assert finished.verdict == "verified"


@pytest.mark.parametrize(
    ("question", "refused"),
    [
        ("What was the boat painted after the storm?", True),
        ("Why was the boat painted after the storm?", False),  # which may be told in other words
    ],
)
def test_a_phrase_that_stands_nowhere_is_none(store: Store, question: str, refused: bool) -> None:
    reader = Reader({"red": (0.3, "it was green", 0.9), "blue": (0.1, "it was green", 0.9)})
    shown, finished = asked(session(store, reader), question)
    assert shown.startswith("I found nothing") is refused
    assert finished.verdict == ("not found" if refused else "from memory")


@pytest.mark.parametrize(
    ("absence", "copy", "shown"),
    [
        (0.05, ("blue", 0.1), "blue"),
        (0.05, ("blue", 0.01), "I found nothing"),  # it would not say so by itself
        (0.05, ("The boat", 0.1), "I found nothing"),  # no answer
        (0.3, ("blue", 0.1), "I found nothing"),  # there may be none
    ],
)
def test_where_its_own_words_stand_nowhere_a_phrase_is_copied(
    store: Store, absence: float, copy: tuple[str, float], shown: str
) -> None:
    reader = Reader({"red": (0.7, "red", 0.9), "blue": (absence, "azure", 0.9)})
    reader.copy = copy
    said, finished = asked(session(store, reader), "What was the boat painted after the storm?")
    assert said.startswith(shown)
    assert finished.citations[0].page == 2 or said != "blue"


@pytest.mark.parametrize(("said", "refused"), [("the boat", True), ("the blue boat", False)])
def test_an_echo_that_hardly_answers_is_refused(store: Store, said: str, refused: bool) -> None:
    reader = Reader({"red": (0.3, said, 0.9), "blue": (0.6, "grey", 0.9)})
    shown, _ = asked(session(store, reader), "What was the boat painted after the storm?")
    assert shown.startswith("I found nothing") is refused


def test_nothing_is_refused_that_one_passage_answers(store: Store) -> None:
    reader = Reader({"red": (0.3, "red", 0.01), "blue": (0.5, "blue", 0.9)})
    shown, _ = asked(session(store, reader), "What was the boat painted after the storm?")
    assert shown == "red"


def test_reasons_are_read_from_all_passages_at_once(store: Store) -> None:
    reader = Reader({"red": (0.2, "red", 0.9), "blue": (0.35, "blue", 0.5)})
    reading = session(store, reader)
    asked(reading, "Why was the boat painted after the storm?")
    assert len(reader.written) == 1
    list(reading.ask("What was the boat painted after the storm?", together=True))
    assert len(reader.written) == 2
    asked(reading, "What was the boat painted after the storm?")
    assert len(reader.written) == 4


def test_stopped_it_keeps_what_there_is(store: Store) -> None:
    reader = Reader({"red": (0.1, "red", 0.9), "blue": (0.3, "blue", 0.1)})
    reading = session(store, reader)
    reader.said = reading.stop
    shown, finished = asked(reading, "What was the boat painted after the storm?")
    assert len(reader.written) == 1
    assert shown == finished.answer == "b" and finished.interrupted


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("What happens if the boat is full?", "It sinks."),
        ("What is a wherry?", "A boat with one sail."),
    ],
)
def test_what_a_sentence_plainly_tells_is_not_read(store: Store, question: str, told: str) -> None:
    text = "If the boat is full, then it sinks.\n\nSails\n\nA wherry is a boat with one sail. "
    reader = Reader({"red": (0.1, "red", 0.9), "sinks": (0.1, "nobody", 0.9)})
    reading = begun(store, reader, (PAGES[0], text + "Nobody came in. " * 4))
    list(reading.read())
    shown, finished = asked(reading, question)
    assert shown == finished.answer == told
    assert finished.verdict == "verified" and finished.citations[0].page == 2
    assert reader.written == []


def test_an_explanation_is_not_cut_short(store: Store) -> None:
    pages = (PAGES[0], "We call a wherry a boat that has one sail. " + "Nobody came in. " * 4)
    reading = begun(store, Reader({"wherry": (0.1, "a boat", 0.9)}), pages)
    list(reading.read())
    shown, finished = asked(reading, "What is a wherry?")
    assert shown == finished.answer == "a boat that has one sail."


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("No, the boat was painted after it.", "The boat was painted after it."),
        ("Yes, the boat was painted after it.", "Yes, the boat was painted after it."),
    ],
)
def test_no_answer_says_no_and_that_it_is_so(store: Store, said: str, shown: str) -> None:
    reading = session(store, Reader({"blue": (0.1, said, 0.9)}))
    told, finished = asked(reading, "Was the boat painted after the storm?")
    assert told == finished.answer == shown
    assert store.turns(store.conversations()[0])[-1].answer == shown


def test_a_reason_is_taken_from_one_passage_that_is_surer_than_all(store: Store) -> None:
    reader = Reader({"red": (0.1, "red", 0.95), "blue": (0.3, "blue", 0.01)})
    shown, finished = asked(session(store, reader), "Why was the boat red until the storm?")
    assert shown == "red" and finished.citations[0].page == 1


PAINTED = (
    "The boat was painted after the storm. "
    + "Nobody went out. " * 4
    + "She was cobalt from then on.",
    *(f"What was painted after storm {n} was the boat of the club, after a vote." for n in "abcd"),
)


@pytest.mark.parametrize(
    ("absence", "question", "found"),
    [
        (0.15, "What was the boat painted after the storm?", True),
        (0.3, "What was the boat painted after the storm?", False),  # not as sure as it has to be
        (0.15, "Was the boat painted after the storm?", False),  # no phrase
    ],
)
def test_where_no_passage_answers_each_is_read_with_what_stands_around_it(
    store: Store, absence: float, question: str, found: bool
) -> None:
    reading = begun(store, Reader({"cobalt": (absence, "cobalt", 0.9)}), PAINTED)
    list(reading.read())
    shown, finished = asked(reading, question)
    if found:
        assert shown == "cobalt" and finished.citations[0].page == 1
        assert "cobalt" in finished.citations[0].quote
    else:
        assert shown.startswith("I found nothing")


class Asked(Reader):
    """Knows of each passage one thing, by a word that is asked for."""

    def _read(self) -> tuple[float, str, float]:
        text = b"".join(map(self._tokenizer.piece, self._window)).decode()
        passage, _, question = text.rpartition("\n\n")
        found = [a for w, a in self.passages.items() if w in question and a[1] in passage]
        return found[-1] if found else (0.99, "nothing", 0.01)


BOTH = "What was the boat painted after the storm, and who painted it?"


def painted(store: Store, reader: Reader) -> ReadingSession:
    pages = (PAGES[1], "Ada Lee painted the boat. " + "Nobody helped her. " * 4)
    reading = begun(store, reader, pages)
    list(reading.read())
    return reading


def test_two_questions_in_one_are_answered_one_by_one(store: Store) -> None:
    reader = Asked({"What": (0.1, "blue", 0.9), "ho painted": (0.1, "Ada Lee", 0.9)})
    shown, finished = asked(painted(store, reader), BOTH)
    assert shown == finished.answer == "blue; Ada Lee"
    assert {citation.page for citation in finished.citations[:2]} == {1, 2}


def test_which_of_two_questions_is_not_answered_is_said(store: Store) -> None:
    reader = Asked({"What": (0.1, "blue", 0.9)})
    shown, finished = asked(painted(store, reader), BOTH)
    assert shown == "blue\n\nI found nothing about “Who painted it?”"
    assert finished.verdict == "quoted"
    nothing, finished = asked(painted(store, Asked({})), BOTH)
    assert nothing.startswith("I found nothing about this") and finished.verdict == "not found"


def test_an_answer_of_another_type_than_was_asked_for_does_not_win(store: Store) -> None:
    pages = (PAGES[0], PAGES[1].replace("storm", "storm of 1880"))
    reader = Reader({"red": (0.1, "red", 0.9), "blue": (0.3, "in 1880", 0.9)})
    reading = begun(store, reader, pages)
    list(reading.read())
    assert asked(reading, "When was the boat painted after the storm?")[0] == "in 1880"


@pytest.mark.parametrize(("which", "said"), [("first", "blue"), ("third", "red"), ("", "red")])
def test_what_is_told_of_the_one_that_is_asked_about_wins(
    store: Store, which: str, said: str
) -> None:
    pages = (
        "The third boat of the club was red. " + "Nobody went out. " * 4,
        "The first boat of the club was blue. " + "Nobody came in. " * 4,
    )
    reading = begun(store, Reader({"red": (0.1, "red", 0.9), "blue": (0.3, "blue", 0.9)}), pages)
    list(reading.read())
    assert asked(reading, f"What was the colour of the {which} boat of the club?")[0] == said
