"""Asking: questions are never lost, and a resumed conversation equals one never closed."""

import pytest

from sleepdoc.errors import UsageError
from sleepdoc.reading.events import (
    SEARCHED,
    AnswerFinished,
    Answering,
    AnswerText,
    Reading,
    SleepAborted,
    SleepFinished,
    SleepStarted,
)


def of(events, kind: type) -> list:
    return [event for event in events if isinstance(event, kind)]


def read_some(session, pieces: int) -> None:
    reading = session.read()
    for _ in range(pieces):
        while not isinstance(next(reading), Reading):
            pass
    session.pause()
    list(reading)
    session.proceed()


def test_an_answer_is_streamed_and_stored(desk) -> None:
    session = desk.session()
    read_some(session, 1)
    events = list(session.ask("Who keeps house 1?"))
    (answering,), (finished,) = of(events, Answering), of(events, AnswerFinished)
    assert answering.read_to == session.progress
    assert "".join(event.text for event in of(events, AnswerText)) == finished.answer != ""

    (turn,) = desk.turns(session.conversation)
    assert (turn.question, turn.answer) == ("Who keeps house 1?", finished.answer)
    assert not turn.interrupted
    assert turn.position.read == session.progress.tokens > 0


def test_a_question_is_stored_before_its_answer_begins(desk, until) -> None:
    session = desk.session()
    asking = session.ask("Who?")
    until(asking, Answering)
    (turn,) = desk.turns(session.conversation)
    assert (turn.question, turn.answer, turn.interrupted) == ("Who?", "", True)


def test_asking_before_anything_was_read(desk) -> None:
    events = list(desk.session().ask("Who keeps house 1?"))
    (answering,) = of(events, Answering)
    assert answering.read_to.page == 0 and answering.citations == ()
    assert of(events, AnswerFinished)[0].answer


@pytest.mark.parametrize("pieces", [1, 2, 3, 4])
def test_a_conversation_resumed_at_any_turn_equals_one_never_closed(desk, pieces) -> None:
    def talk(close_in_between: bool) -> tuple[list[str], list[str | None]]:
        name = desk.create()
        session, answers = desk.session(name), []
        for question in ("Who keeps house 1?", "And who keeps house 2?", "Why?"):
            read_some(session, pieces)
            answers += [event.answer for event in of(session.ask(question), AnswerFinished)]
            if close_in_between:
                session = desk.session(name)
        list(session.read())
        return answers, desk.snapshots(name)

    assert talk(close_in_between=True) == talk(close_in_between=False)


def test_document_tokens_read_again_are_counted(desk) -> None:
    session = desk.session()
    read_some(session, 1)
    list(session.ask("Who?"))
    read = session.progress.tokens
    again = desk.closed_session(session.conversation)
    (ready,) = again.resume()
    assert ready.tokens_reread == again.progress.tokens == read > 0


def test_stopping_keeps_the_partial_answer(desk, until) -> None:
    session = desk.session()
    asking = session.ask("Who?")
    first = until(asking, AnswerText)[-1]
    session.stop()
    (finished,) = of(asking, AnswerFinished)
    assert finished.interrupted and finished.answer == first.text
    (turn,) = desk.turns(session.conversation)
    assert (turn.answer, turn.interrupted) == (first.text, True)

    session.proceed()
    live = of(session.ask("Go on?"), AnswerFinished)[0]
    conversation = desk.store.conversation(session.conversation)
    assert len(desk.store.steps(conversation)) == 3  # created, two turns
    assert not live.interrupted


def test_walking_away_keeps_the_partial_answer_and_a_resumed_window_has_it(desk, until) -> None:
    def follow_up(walk_away: bool) -> str:
        session = desk.session()
        asking = session.ask("Who?")
        until(asking, AnswerText)
        if walk_away:
            session.close()
            session = desk.session(session.conversation)
        else:
            session.stop()
            list(asking)
            session.proceed()
        (turn,) = desk.turns(session.conversation)
        assert turn.interrupted and turn.answer
        return of(session.ask("Go on?"), AnswerFinished)[0].answer

    assert follow_up(walk_away=True) == follow_up(walk_away=False)


def test_a_full_window_sleeps_before_it_answers(desk) -> None:
    session = desk.session()
    kinds = []
    for _ in range(4):
        kinds += [type(event) for event in session.ask("What is the name of the keeper?")]
    assert SleepFinished in kinds
    assert kinds.index(SleepFinished) < len(kinds) - 1 - kinds[::-1].index(Answering)
    assert len(desk.turns(session.conversation)) == 4
    assert desk.session(session.conversation).sleeps == session.sleeps > 0


def test_stopping_while_asleep_before_an_answer_answers_nothing(desk, until) -> None:
    session = desk.session()
    while True:
        asking = session.ask("What is the name of the keeper?")
        if isinstance(next(asking), SleepStarted):
            break
        list(asking)
    answered = len(desk.turns(session.conversation)) - 1
    session.stop()
    rest = list(asking)
    assert of(rest, SleepAborted)
    (finished,) = of(rest, AnswerFinished)
    assert finished.interrupted and finished.answer == ""
    assert len(desk.turns(session.conversation)) == answered + 1
    session.proceed()
    resumed = desk.session(session.conversation)
    # Nothing of the question ever came to the window, so nothing of it comes back.
    assert desk.steps(session.conversation)[-1].info["turn_tokens"] == []
    assert not of(resumed.ask("What now?"), AnswerFinished)[0].interrupted


def test_closed_book_answers_from_memory_alone_and_leaves_no_trace(desk) -> None:
    expected = desk.uninterrupted()
    session = desk.session()
    question = "Who keeps house 1?"
    (empty,) = of(session.ask(question, closed_book=True), AnswerFinished)
    read_some(session, 3)
    before = desk.engine.window_used
    events = list(session.ask(question, closed_book=True))
    (answering,), (slept,) = of(events, Answering), of(events, AnswerFinished)
    assert answering.closed_book and answering.citations == ()
    assert slept.answer != empty.answer, "the memory is another one"
    alone = len(desk.engine.frame.prefix) + len(question) + 2
    assert slept.answer.startswith(f"[{alone} tokens in the window]")

    list(session.resume())
    assert desk.engine.window_used == before
    list(session.read())
    assert desk.snapshots(session.conversation) == expected
    assert [turn.question for turn in desk.turns(session.conversation)] == [question] * 2


def test_passages_come_from_pages_already_read(desk) -> None:
    def cited(question: str) -> tuple:
        (answering,) = of(session.ask(question), Answering)
        return answering.citations

    session = desk.session()
    while session.progress.page < 3:
        read_some(session, 1)
    (citation,) = cited("Who is Keeper1?")
    assert (citation.page, citation.label) == (1, "p1") and "Keeper1" in citation.quote
    assert citation.quote in desk.document.pages[0].text
    assert cited("Keeper3?") == cited("Keeper5?") == ()

    list(session.read())
    assert {citation.page for citation in cited("Keeper5?")} == {5}


def test_what_is_counted_is_answered_from_the_text(desk) -> None:
    session = desk.session()
    list(session.read())
    (answering, _, finished) = list(session.ask("How many times is Keeper3 mentioned?"))
    assert answering.lookup == SEARCHED and answering.citations[0].page == 3
    assert finished.answer == (
        "Counted in the text: “Keeper3” stands once in the document, on page p3."
    )
    (turn,) = desk.turns(session.conversation)
    assert (turn.answer, turn.interrupted) == (finished.answer, False)
    assert turn.info["lookup"] == SEARCHED


def test_a_counted_answer_is_in_the_window_when_the_conversation_goes_on(desk) -> None:
    def follow_up(close: bool) -> str:
        session = desk.session()
        read_some(session, 2)
        list(session.ask("How often is Keeper1 mentioned?"))
        session = desk.session(session.conversation) if close else session
        return of(session.ask("Go on?"), AnswerFinished)[0].answer

    assert follow_up(close=True) == follow_up(close=False)


def test_a_closed_book_is_not_searched(desk) -> None:
    session = desk.session()
    read_some(session, 2)
    (answering,) = of(session.ask("How often is Keeper1 named?", closed_book=True), Answering)
    assert answering.lookup == "" and answering.citations == ()


@pytest.mark.parametrize("question", ["", " \n\t", "\x00", "why " * 100])
def test_a_question_that_cannot_be_asked_is_refused_and_nothing_stored(desk, question) -> None:
    session = desk.session()
    read_some(session, 1)
    read, used = session.progress.tokens, desk.engine.window_used
    with pytest.raises(UsageError):
        list(session.ask(question))
    assert desk.turns(session.conversation) == []
    list(session.resume())
    assert (session.progress.tokens, desk.engine.window_used) == (read, used)


def test_a_question_cannot_smuggle_control_characters(desk) -> None:
    session = desk.session()
    list(session.ask("Who\x1b[2J\x00 is it?"))
    assert desk.turns(session.conversation)[0].question == "Who[2J is it?"
