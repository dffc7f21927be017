"""Sentences get vectors as their windows sleep, and passages are found by them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sleepdoc import locations
from sleepdoc.reading.client import EngineClient
from sleepdoc.reading.events import Answering, Reading
from sleepdoc.reading.likeness import likeness
from sleepdoc.reading.recall import StoredText, recall
from sleepdoc.reading.service import OpenConversation, OpenOptions
from sleepdoc.store import Store
from sleepdoc_model.recall.passages import sentences
from sleepdoc_model.recall.query import Turn

SCRIPTED = "scripted:window=256,passes=1,vectors=1"
BYTES = range(256)


@pytest.fixture(scope="module")
def engine() -> Iterator[EngineClient]:
    client = EngineClient(SCRIPTED)
    client.start()
    yield client
    client.close()


def vectors(desk) -> dict[int, bytes]:
    return desk.store.vectors(desk.document.sha256, desk.engine.info.vectors)


def occurring(vector: bytes) -> set[int]:
    """What a vector of the scripted engine says."""
    bits = int.from_bytes(vector)
    return {byte for byte in BYTES if bits >> byte & 1}


def stretches(desk) -> dict[int, bytes]:
    """The text of every sentence, by its number."""
    texts = [p.text[a:b] for p in desk.document.pages for a, b in sentences(p.text)]
    return {number: text.encode() for number, text in enumerate(texts)}


def test_every_sentence_that_was_slept_on_has_one(desk) -> None:
    session = desk.session()
    assert vectors(desk) == {}
    list(session.read())
    found, texts = vectors(desk), stretches(desk)
    assert found.keys() == texts.keys()
    whole = 0
    for number, text in texts.items():
        assert occurring(found[number]) <= set(text), "a window may have cut it"
        whole += occurring(found[number]) == set(text)
    assert whole >= len(texts) // 3


def test_turns_between_two_pieces_are_no_part_of_a_sentence(desk, until) -> None:
    session = desk.session()
    for _ in range(2):
        reading = session.read()
        until(reading, Reading)
        session.pause()
        list(reading)
        session.proceed()
        list(session.ask("@@@@?"))
    list(session.read())
    texts = stretches(desk)
    assert vectors(desk).keys() == texts.keys()
    for number, vector in vectors(desk).items():
        assert occurring(vector) <= set(texts[number])


def test_what_has_a_vector_keeps_it(desk) -> None:
    session = desk.session()
    list(session.read())
    before = vectors(desk)
    list(session.undo())
    assert vectors(desk) == before
    list(session.read())
    list(desk.session().read())
    assert vectors(desk) == before
    assert desk.store.check() == []


def test_passages_with_the_same_words_are_told_apart_by_them(desk) -> None:
    text = StoredText(desk.store, desk.document.sha256)
    question = "Which house is called 4444?"
    by_words = recall(text, question, tokens=100, encode=desk.engine.encode)
    assert by_words.citations[0].page == 1
    session = desk.session()
    list(session.read())
    (answering,) = [e for e in session.ask(question) if isinstance(e, Answering)]
    assert answering.citations[0].page == 4, "it alone has a 4 in it"


def test_only_what_has_been_read_is_compared(desk) -> None:
    list(desk.session().read())
    text = StoredText(desk.store, desk.document.sha256, before_page=3)
    desk.engine.reset_window(desk.engine.frame.prefix)
    similar = likeness(desk.engine, text)("Who?")
    pages = {each.page for each in text.index.load(list(similar))}
    assert pages == {1, 2}


def test_a_question_that_leans_on_another_is_looked_up_by_words(desk) -> None:
    text = StoredText(desk.store, desk.document.sha256)
    compared: list[str] = []

    def ask(question: str, *before: Turn) -> list[str]:
        compared.clear()
        recall(
            text,
            question,
            before=before,
            tokens=200,
            encode=desk.engine.encode,
            likeness=lambda question: compared.append(question) or {},
        )
        return compared

    first = Turn("Who keeps house 1?", "Keeper1.")
    assert ask("Who is called Keeper2?", first) == ["Who is called Keeper2?"]
    assert ask("How old is he?", first) == []
    assert ask("How old is he?") == ["How old is he?"]
    assert ask("Who is called Keeper2? Where does he live?") == ["Who is called Keeper2?"]


@pytest.mark.slow
@pytest.mark.skipif(locations.recall() is None, reason="this copy came without it")
def test_the_embedded_model_makes_one_of_every_sentence_of_a_document(
    data_directory: Path,
) -> None:
    sample = Path(__file__).parents[3] / "assets" / "sample" / "the-five-orange-pips.md"
    database = data_directory / "sleepdoc.db"
    with OpenConversation(OpenOptions(sample, database, device="cpu")) as conversation:
        list(conversation.open())
        list(conversation.session.read())
        asked = conversation.session.ask("Where was the Lone Star?")
        (answering,) = [event for event in asked if isinstance(event, Answering)]
    assert any("Lone Star" in citation.quote for citation in answering.citations)
    with Store.open(database) as store:
        (opened,) = store.conversations()
        sha256 = opened.document_sha256
        (model,) = {row["model"] for row in store._database.rows("SELECT * FROM sentence_vectors")}
        found = store.vectors(sha256, model)
        assert len(found) == 1 + max(n for _, n in store.index(sha256).sentences().values())
        assert len(set(found.values())) > 0.9 * len(found)
        assert store.check() == []
