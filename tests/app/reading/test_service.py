"""Opening: by file or by name, new or known, free or taken."""

import hashlib
from pathlib import Path

import pytest

from sleepdoc.documents.types import Document
from sleepdoc.errors import (
    BusyError,
    DocumentError,
    ExitCode,
    MismatchError,
    ModelError,
    NotFoundError,
)
from sleepdoc.reading.client import EngineClient
from sleepdoc.reading.events import DocumentReady, Event, ModelReady, ReadingFinished, Resumed
from sleepdoc.reading.model_process import ModelProcess
from sleepdoc.reading.service import OpenConversation, OpenOptions
from sleepdoc.store import Store

MODEL = "scripted:window=256"


@pytest.fixture
def database(data_directory: Path) -> Path:
    return data_directory / "sleepdoc.db"


@pytest.fixture
def houses(tmp_path: Path) -> Path:
    path = tmp_path / "houses.txt"
    path.write_text("The keeper of the house is called Ada.\n\n" + "The tide was low.\n\n" * 40)
    return path


def visit(
    target: str | Path, database: Path, *, read: bool = True, question: str = "", **options: object
) -> list[Event]:
    """Open, read to the end, ask, close."""
    settings = {"model": MODEL, **options}
    with OpenConversation(OpenOptions(target, database, **settings)) as conversation:
        events = list(conversation.open())
        if read:
            events += conversation.session.read()
        if question:
            events += conversation.session.ask(question)
        return events


def test_a_new_file_then_the_same_again(houses: Path, database: Path) -> None:
    ready, model, *_, finished = visit(houses, database)
    assert isinstance(ready, DocumentReady) and ready.name == "houses.txt"
    assert isinstance(model, ModelReady) and model.conversation == "houses"
    assert model.tokens_reread == 0

    resumed, model, again = visit(str(houses), database)
    assert isinstance(resumed, Resumed) and resumed.conversation == "houses"
    assert resumed.progress == finished.progress == again.progress
    assert resumed.sleeps == finished.sleeps > 1
    assert model.tokens_reread == 0


def test_what_was_read_is_not_tokenised_again(
    houses: Path, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoded: list[str] = []
    encode = EngineClient.encode

    def watched(client: EngineClient, text: str) -> list[int]:
        encoded.append(text)
        return encode(client, text)

    monkeypatch.setattr(EngineClient, "encode", watched)
    visit(houses, database)
    assert encoded
    encoded.clear()
    *_, finished = visit(houses, database)
    assert isinstance(finished, ReadingFinished) and finished.progress.finished
    assert encoded == []


def test_a_conversation_shows_what_was_said(houses: Path, database: Path) -> None:
    *_, answered = visit(houses, database, question="Who keeps the house?")
    resumed, *_ = visit("houses", database, read=False)
    (turn,) = resumed.messages
    assert (turn.question, turn.answer) == ("Who keeps the house?", answered.answer)
    assert turn.read_to.finished and turn.read_to.page == turn.read_to.pages


def test_a_file_is_known_by_its_bytes(houses: Path, database: Path) -> None:
    visit(houses, database)
    moved = houses.rename(houses.with_name("moved.txt"))
    resumed, *_ = visit(moved, database)
    assert isinstance(resumed, Resumed) and resumed.conversation == "houses"


def test_a_changed_file_is_another_document(houses: Path, database: Path) -> None:
    visit(houses, database)
    houses.write_text(houses.read_text() + "And then it rose.\n")
    ready, model, *_ = visit(houses, database)
    assert isinstance(ready, DocumentReady)
    assert any("changed" in notice and "houses" in notice for notice in ready.notices)
    assert model.conversation == "houses-2"


def test_opening_a_file_reads_the_text_of_no_other(houses: Path, database: Path) -> None:
    visit(houses, database)
    other = houses.with_name("other.txt")
    other.write_text("Nothing of the kind.\n" * 40)
    read: list[str] = []
    load = Store.document

    def noted(store: Store, sha256: str) -> Document | None:
        read.append(sha256)
        return load(store, sha256)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Store, "document", noted)
        visit(other, database)
    assert set(read) == {hashlib.sha256(other.read_bytes()).hexdigest()}


def test_a_name_needs_no_file(houses: Path, database: Path) -> None:
    visit(houses, database)
    houses.unlink()
    resumed, model, *_ = visit("houses", database, model=None)
    assert isinstance(resumed, Resumed) and model.tokens_reread == 0


def test_another_model_reads_for_itself(houses: Path, database: Path) -> None:
    visit(houses, database)
    ready, model, *_ = visit(houses, database, model="scripted:window=300")
    assert isinstance(ready, DocumentReady) and model.conversation == "houses-2"
    _, model, *_ = visit(houses, database, model=None, read=False)
    assert model.conversation == "houses-2" and model.window == 299  # one is pinned


def test_a_name_under_another_model_is_refused(houses: Path, database: Path) -> None:
    visit(houses, database)
    with pytest.raises(MismatchError, match="houses") as caught:
        visit("houses", database, model="scripted:window=300")
    assert caught.value.exit_code == ExitCode.MISMATCH


def test_a_file_read_by_an_older_version_of_the_model_is_read_anew(
    houses: Path, database: Path
) -> None:
    visit(houses, database)
    with Store.open(database) as store:
        old = store.conversation("houses")
        document = store.document(old.document_sha256)
        store.create_conversation(document, model=MODEL, fingerprint="0" * 64, passes=1, seed=0)
    first, second, model, *_ = visit(houses, database)
    assert isinstance(first, Resumed) and first.conversation == "houses-2"
    assert isinstance(second, Resumed) and second.conversation == "houses"
    assert model.conversation == "houses"


def test_seed_and_passes_belong_to_the_conversation(houses: Path, database: Path) -> None:
    visit(houses, database, seed=3, passes=5, read=False)
    with OpenConversation(OpenOptions("houses", database, seed=9, passes=1)) as conversation:
        list(conversation.open())
        assert conversation.resumed and conversation.session.passes == 5


def test_a_conversation_is_open_once(houses: Path, database: Path) -> None:
    visit(houses, database, read=False)
    with OpenConversation(OpenOptions("houses", database)) as first:
        list(first.open())
        with pytest.raises(BusyError):
            visit("houses", database)
    visit("houses", database)


@pytest.mark.parametrize("loaded", [False, True])
def test_leaving_early_lets_go_of_everything(houses: Path, database: Path, loaded: bool) -> None:
    with OpenConversation(OpenOptions(houses, database, model=MODEL)) as conversation:
        opening = conversation.open()
        next(opening)
        if loaded:
            next(opening)
            next(conversation.session.read())
    events = visit(houses, database)
    assert events[-1].progress.finished


def test_a_process_from_before_ends_with_the_conversation(houses: Path, database: Path) -> None:
    process = ModelProcess()
    with OpenConversation(OpenOptions(houses, database, model=MODEL), process) as conversation:
        list(conversation.open())
        assert process.alive
    assert not process.alive


def test_a_process_from_before_ends_where_nothing_can_be_opened(database: Path) -> None:
    process = ModelProcess()
    with (
        pytest.raises(NotFoundError),
        OpenConversation(OpenOptions("nothing", database), process) as conversation,
    ):
        list(conversation.open())
    assert not process.alive


@pytest.mark.parametrize(
    ("target", "error"),
    [
        ("nobody", NotFoundError),
        ("missing.pdf", DocumentError),
        ("./nowhere/at-all", DocumentError),
        (Path("nobody"), DocumentError),
    ],
)
def test_there_is_no_such_thing(target: str | Path, error: type, database: Path) -> None:
    with pytest.raises(error):
        visit(target, database)


def test_a_model_that_does_not_exist_leaves_nothing(houses: Path, database: Path) -> None:
    with pytest.raises(ModelError):
        visit(houses, database, model="unheard-of")
    with Store.open(database) as store:
        assert store.conversations() == []
        assert store.unused_documents() == {}


def test_a_document_that_is_in_use_stays_when_another_model_fails(
    houses: Path, database: Path
) -> None:
    visit(houses, database)
    with pytest.raises(ModelError):
        visit(houses, database, model="unheard-of")
    assert visit(houses, database)[-1].progress.finished
