"""What was slept on is told in words: kept only if it stands there, written only when idle."""

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import cast

import pytest

from sleepdoc.documents.types import Document, OutlineEntry, Page
from sleepdoc.reading.answer import Answer
from sleepdoc.reading.client import EngineClient
from sleepdoc.reading.events import (
    AnswerFinished,
    Answering,
    Event,
    GistWritten,
    OverviewWritten,
    SleptPages,
)
from sleepdoc.reading.gists import GistWriter
from sleepdoc.reading.overview import overview
from sleepdoc.reading.record import Record
from sleepdoc.reading.session import ReadingSession
from sleepdoc.reading.stretches import Stretches
from sleepdoc.reading.tokens import DocumentTokens
from sleepdoc.reading.window import Window
from sleepdoc.store import Position, Store
from sleepdoc_model.engine import Sampling
from sleepdoc_model.scripted import ByteTokenizer, ScriptedConfig, ScriptedEngine

FIRST = "Lighthouse number {} was built on a reef that the sea covers at high tide."
PAGES = tuple(
    Page(
        n,
        f"p{n}",
        f"{FIRST.format(n)} Its keeper trims the lamp every night of the year. "
        "The boats that pass it are few, and the storms are many in the winter months.",
    )
    for n in range(1, 7)
)


def lighthouses(outline: tuple[OutlineEntry, ...] = ()) -> Document:
    size = sum(len(page.text) for page in PAGES)
    return Document(
        "a" * 64, b"/l.txt", "l.txt", "text", size, "Lighthouses", PAGES, outline=outline
    )


class Desk:
    """A document with an outline or without, read and slept on by a scripted model."""

    def __init__(self, database: Path, engine: EngineClient, document: Document) -> None:
        self.store = Store.open(database)
        self.store.add_document(document)
        self.document, self.engine = document, engine
        self.conversation = self.store.create_conversation(
            document, model="scripted", fingerprint=engine.info.fingerprint, passes=1, seed=0
        )

    def session(self) -> ReadingSession:
        tokens = DocumentTokens(self.document, self.engine.encode)
        record = Record(self.store, self.conversation, tokens.total)
        session = ReadingSession(self.engine, tokens, record, interval=0)
        list(session.resume())
        return session


@pytest.fixture(scope="module")
def engine() -> Iterator[EngineClient]:
    client = EngineClient("scripted:window=512,passes=1")
    client.start()
    yield client
    client.close()


@pytest.fixture
def desk(data_directory: Path, engine: EngineClient) -> Iterator[Desk]:
    desk = Desk(data_directory / "sleepdoc.db", engine, lighthouses())
    yield desk
    desk.store.close()


def answer(events: Iterator[Event]) -> AnswerFinished:
    return next(event for event in events if isinstance(event, AnswerFinished))


def test_where_the_model_says_nothing_that_stands_there_a_sentence_is_quoted(desk: Desk) -> None:
    session = desk.session()
    assert list(session.write_gists()) == [], "nothing was slept on"
    list(session.read())
    events = list(session.write_gists())
    written = [event for event in events if isinstance(event, GistWritten)]
    assert written
    assert all(event.quoted for event in written)
    for event in written:
        assert event.text in " ".join(page.text for page in PAGES[event.first - 1 : event.last])
    assert {(event.first, event.last) for event in written if event.kind == "sleep"} == {
        (slept.first, slept.last) for slept in Record(desk.store, desk.conversation, 0).slept
    }
    (told,) = [event for event in events if isinstance(event, OverviewWritten)]
    assert told.overview.about is not None
    assert told.overview.about.said == f"\u201c{FIRST.format(1)}\u201d"
    assert list(session.write_gists()) == [], "all is written"


def test_gists_leave_memory_and_window_as_they_were(desk: Desk) -> None:
    session = desk.session()
    list(session.ask("What is coming?"))
    list(session.read())
    before = answer(session.ask("Who trims the lamp?", kept=False)).answer
    memory = desk.store.head(desk.conversation)
    assert list(session.write_gists())
    assert desk.store.head(desk.conversation) == memory
    assert answer(session.ask("Who trims the lamp?", kept=False)).answer == before


def test_undo_takes_gists_away_and_redo_brings_them_back(desk: Desk) -> None:
    session = desk.session()
    list(session.read())
    list(session.write_gists())
    written = desk.store.gists(desk.conversation)
    list(session.undo())
    left = desk.store.gists(desk.conversation)
    assert not any(gist.kind == "whole" for gist in left)
    list(session.redo())
    assert desk.store.gists(desk.conversation) == written


def test_a_pause_ends_writing_and_it_goes_on_later(desk: Desk) -> None:
    session = desk.session()
    list(session.read())
    events = session.write_gists()
    first = next(events)
    session.pause()
    assert list(events) == []
    session.proceed()
    rest = list(session.write_gists())
    assert rest
    assert first not in rest


def test_questions_about_whole_and_stretch_are_answered_from_gists(desk: Desk) -> None:
    session = desk.session()
    list(session.read())
    for question in ("What is this about?", "Summarise the second half."):
        early = answer(session.ask(question, kept=False))
        first = FIRST.format(1 if "about" in question else 4)
        title = "Lighthouses: " if "about" in question else ""
        assert early.answer == f"{title}“{first}”", "what the model says stands nowhere"
        assert early.verdict == "quoted" and early.citations[0].quote == first
    list(session.write_gists())
    events = list(session.ask("What is this about?", kept=False))
    (begun,) = [event for event in events if isinstance(event, Answering)]
    finished = answer(iter(events))
    assert finished.answer == f"Lighthouses: “{FIRST.format(1)}”"
    assert begun.lookup == "looked up"
    assert begun.citations[0].quote == FIRST.format(1)
    half = answer(session.ask("Summarise the first half.", kept=False)).answer
    assert FIRST.format(2) in half, "the first stands for the whole"
    assert FIRST.format(6) not in half


def test_earlier_questions_are_listed(desk: Desk) -> None:
    session = desk.session()
    list(session.read())
    list(session.ask("Who trims the lamp?"))
    said = answer(session.ask("What did I ask today?")).answer
    assert said.endswith(": Who trims the lamp?")
    assert said.count("\n") == 0, "not the question itself"


def test_stretches_without_title_and_gist_are_not_listed(desk: Desk) -> None:
    list(desk.session().read())
    slept = Record(desk.store, desk.conversation, 0).slept
    told = overview(desk.document, slept, [])
    assert told.parts and told.lines() == [told.lines()[0]]
    outline = (OutlineEntry(1, "Lighthouse number 2", 2), OutlineEntry(1, "The boats that", 4))
    chapters = overview(lighthouses(outline), slept, [])
    assert [line.split(",")[0] for line in chapters.lines()[1:]] == [
        "- Lighthouse number 2",
        "- The boats that",
    ]


def test_a_chapter_is_told_of_from_its_heading_to_the_next(
    data_directory: Path, engine: EngineClient
) -> None:
    outline = (OutlineEntry(1, "Lighthouse number 2", 2), OutlineEntry(1, "The boats that", 4))
    desk = Desk(data_directory / "sleepdoc.db", engine, lighthouses(outline))
    session = desk.session()
    list(session.read())
    list(session.write_gists(overview_alone=True))
    gists = desk.store.gists(desk.conversation)
    record = Record(desk.store, desk.conversation, 0)
    parts = overview(desk.document, record.slept, gists).parts
    assert [(part.title, part.first, part.last, part.text) for part in parts] == [
        ("Lighthouse number 2", 2, 4, FIRST.format(2)),
        ("The boats that", 4, 6, PAGES[3].text.partition("year. ")[2]),
    ]
    assert not any(gist.kind == "sleep" for gist in gists)
    desk.store.close()


class Author(ScriptedEngine):
    """A model that says one thing, whatever it is asked."""

    def __init__(self, says: str, *, sure: bool = True) -> None:
        super().__init__(ScriptedConfig.parse("window=2048"))
        self.sure = sure
        self.frame, self._tokenizer = ByteTokenizer().frame, ByteTokenizer()
        self.says, self.asked = says, 0
        self.stop: threading.Event | None = None

    def encode(self, text: str) -> list[int]:
        return self._tokenizer.encode(text)

    def stream(self) -> object:
        return self._tokenizer.stream()

    def generate(
        self, max_tokens: int, *, stop: frozenset[int], sampling: Sampling
    ) -> Iterator[int]:
        self.asked += 1
        if self.stop is not None:
            self.stop.set()
        yield from self._tokenizer.encode(self.says)[:max_tokens]

    @property
    def likelihood(self) -> float:
        return 0.0 if self.sure else -3.0


def told_by(
    author: Author, store: Store, stopped: threading.Event, document: Document | None = None
) -> Sequence[Event]:
    document = document or lighthouses()
    store.add_document(document)
    conversation = store.create_conversation(document, model="m", fingerprint="f", passes=1, seed=0)
    store.commit(
        conversation,
        parent=store.head(conversation),
        kind="sleep",
        position=Position(100, 100, len(document.pages)),
    )
    engine = cast(EngineClient, author)
    tokens = DocumentTokens(document, author.encode)
    window, record = Window(engine, tokens), Record(store, conversation, tokens.total)
    recall = window.budget.recall
    writer = GistWriter(engine, window, record, recall=recall, stopped=stopped)
    return list(writer.write(overview_alone=True))


@pytest.mark.parametrize(
    ("says", "kept"),
    [
        ("The keeper trims a lamp every night of the year.", True),
        ("A keeper trims the lamp, built on a reef.", False),  # of two sentences, and false
        ("The keeper trims a lamp every night of 1844.", False),
        ("It has a keeper who trims the lamp every night.", False),  # what has one?
        ("Castles of kings stood on hills.", False),
        ("The document does not say.", False),
    ],
)
def test_what_a_model_says_is_kept_if_it_stands_there(
    data_directory: Path, says: str, kept: bool
) -> None:
    with Store.open(data_directory / "sleepdoc.db") as store:
        events = told_by(Author(says), store, threading.Event())
    (part,) = [e for e in events if isinstance(e, GistWritten) and e.kind == "sleep"]
    assert part.quoted is not kept
    assert part.text == (says if kept else FIRST.format(2))


def book(*pages: str, outline: tuple[OutlineEntry, ...] = ()) -> Document:
    size = sum(map(len, pages))
    numbered = tuple(Page(n, str(n), text) for n, text in enumerate(pages, 1))
    return Document("b" * 64, b"/b.txt", "b.txt", "text", size, "Towers", numbered, outline=outline)


CHAPTERED = book(
    "Permission is granted to copy this book of towers, and to give copies of it to others.\n\n"
    "This book describes the towers of the coast and those who lived in them.",
    "Contents\n\nKeepers of the towers and the names of all of them are told of in a list here.",
    "Keepers\n\nMost of them came from a town. "
    "This chapter describes the keepers of all the lamps.",
    "Index\n\nTowers are listed by the name of the island that each of them was built upon.",
    outline=(
        OutlineEntry(1, "Contents", 2),
        OutlineEntry(1, "Keepers", 3),
        OutlineEntry(1, "Index", 4),
    ),
)


def test_what_a_text_says_of_itself_is_quoted_without_asking_the_model(
    data_directory: Path,
) -> None:
    author = Author("The keeper trims a lamp every night of the year.")
    with Store.open(data_directory / "sleepdoc.db") as store:
        events = told_by(author, store, threading.Event(), CHAPTERED)
    (told,) = [event for event in events if isinstance(event, OverviewWritten)]
    assert [(part.title, part.text) for part in told.overview.parts] == [
        ("Keepers", "This chapter describes the keepers of all the lamps.")
    ], "contents and index say nothing"
    assert told.overview.about is not None
    assert told.overview.about.text.startswith("This book describes the towers"), "not who may copy"
    assert author.asked == 0


def test_what_stands_in_a_part_alone_tells_nothing_of_the_whole(data_directory: Path) -> None:
    front = "Towers stand on all of the reefs that the sea covers at high tide."
    text = book(
        f"{front} Storms are many in the months of winter, and most were built after one. "
        "Nobody knows how many of them there have been in the end.",
        "Keepers\n\nThe keeper of a tower trims the lamp every night of the year.",
        "Boats\n\nA boat brings oil and letters to the tower in the first week of the month.",
        outline=(OutlineEntry(1, "Keepers", 2), OutlineEntry(1, "Boats", 3)),
    )
    says = "A keeper trims the lamp every night of the year."
    with Store.open(data_directory / "sleepdoc.db") as store:
        events = told_by(Author(says), store, threading.Event(), text)
    written = [(e.kind, e.text) for e in events if isinstance(e, GistWritten)]
    assert ("part", says) in written
    assert ("whole", front) in written


TOWERS = book(
    "This book describes towers.\n\nA pharos is a tower of white stone that has a lamp.",
    "Some say that a pharos is, for all one knows, a tower of black tar without a lamp.",
)


@pytest.mark.parametrize("sure", [True, False])
@pytest.mark.parametrize(
    ("says", "asked"),
    [
        ("A tower of white stone.", ["What is a pharos?"]),
        ("A tower of red brick.", []),
        ("A tower of black tar.", []),  # which stands elsewhere
        ("A pharos.", []),
    ],
)
def test_a_question_is_shown_if_it_is_answered_where_it_was_found(
    data_directory: Path, says: str, asked: list[str], sure: bool
) -> None:
    author = Author(says, sure=sure)
    with Store.open(data_directory / "sleepdoc.db") as store:
        events = told_by(author, store, threading.Event(), TOWERS)
    (told,) = [event for event in events if isinstance(event, OverviewWritten)]
    assert list(told.overview.questions) == asked


def test_the_licence_around_an_electronic_text_is_not_told_of() -> None:
    licence = "This ebook may be copied by anyone who likes to, and given away as well."
    text = book(
        f"{licence}\n\n*** START OF THIS PROJECT GUTENBERG EBOOK TOWERS ***\n\n{FIRST.format(1)}",
        FIRST.format(2),
        f"End of Project Gutenberg's Towers\n\n{licence}",
        outline=(OutlineEntry(1, "Lighthouse number 2", 2), OutlineEntry(1, "End of", 3)),
    )
    whole = Stretches.of(text, [SleptPages(1, 1, 3)]).whole
    assert whole is not None
    assert [each.text for each in whole.sentences] == [FIRST.format(1), FIRST.format(2)]


@pytest.mark.parametrize(
    ("says", "said"),
    [
        ("A keeper trims the lamp, built on a reef.", "A keeper trims the lamp, built on a reef."),
        ("A keeper trims the lamp, built by Stevenson.", "A quote."),
    ],
)
def test_what_a_text_is_about_is_shown_once_it_is_known_to_stand_there(
    says: str, said: str
) -> None:
    engine = cast(EngineClient, Author(says))
    about = Answer("What is this about?", closed_book=False)
    words = about.generate(
        engine, limit=60, sampling=Sampling(temperature=0), stopped=threading.Event()
    )
    shown = list(about.checked(words, ("", "A quote."), PAGES[0].text, engine, room=60))
    assert [piece.text for piece in shown] == [said]
    assert about.text == said


def test_of_a_gist_that_was_stopped_nothing_is_stored(data_directory: Path) -> None:
    author = Author("A keeper trims the lamp, built on a reef.")
    author.stop = stopped = threading.Event()
    with Store.open(data_directory / "sleepdoc.db") as store:
        assert told_by(author, store, stopped) == []
        assert store.gists(store.conversations()[0]) == []
    assert author.asked == 1
