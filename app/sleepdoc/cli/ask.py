"""`sleepdoc ask`: read or go on, then answer."""

import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sleepdoc.cli.command import Command
from sleepdoc.cli.options import (
    ModelChoice,
    json_option,
    jsonl_option,
    model_options,
    ocr_option,
    storage_options,
)
from sleepdoc.cli.output import emit, notice, say
from sleepdoc.cli.private import private_option
from sleepdoc.errors import UsageError

if TYPE_CHECKING:
    from sleepdoc.cli.progress import Show
    from sleepdoc.reading.session import ReadingSession

_LONG = 10_000
"""Tokens that take long enough to read to say how not to wait."""


@dataclass(frozen=True)
class How:
    """How questions are to be answered."""

    closed_book: bool
    max_tokens: int
    kept: bool
    ahead: bool


@click.command(cls=Command)
@click.argument("target", metavar="FILE|NAME|-")
@click.argument("question", required=False)
@click.option(
    "--questions",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help='Answer every line of a file: plain, or {"question": ...}.',
)
@click.option("--closed-book", is_flag=True, help="Answer from memory alone, without recall.")
@click.option(
    "--max-tokens",
    type=click.IntRange(1),
    default=256,
    show_default=True,
    metavar="N",
    help="Stop an answer after N tokens.",
)
@click.option(
    "--now",
    is_flag=True,
    help="Answer from the text at once; what is not read into memory yet is left for later.",
)
@click.option("--no-store", is_flag=True, help="Leave no trace of the question.")
@json_option
@jsonl_option
@model_options
@ocr_option
@storage_options
@private_option
def ask(
    target: str,
    question: str | None,
    questions: Path | None,
    closed_book: bool,
    max_tokens: int,
    now: bool,
    no_store: bool,
    as_json: bool,
    as_jsonl: bool,
    choice: ModelChoice,
    database: Path,
) -> None:
    """Answer a question about a document.

    What is not read yet is read first, or with --now only looked in, though not beyond the page of
    a copy "as of a page" or of an undo. The answer goes to stdout, what it rests on to stderr.
    """
    started = time.monotonic()
    asked = _asked(question, questions)
    if now and closed_book:
        raise click.UsageError("--closed-book asks the memory, and --now does not wait for it.")
    process = choice.process()  # before what takes long to import here
    from sleepdoc.cli import jsonl
    from sleepdoc.cli.interrupt import interruptible
    from sleepdoc.cli.progress import show_lines, showing
    from sleepdoc.reading.events import ModelReady
    from sleepdoc.reading.service import OpenConversation

    reread = 0
    with OpenConversation(choice.options(target, database), process) as conversation:
        with (jsonl.printing if as_jsonl else showing)() as show:
            for event in conversation.open():
                show(event)
                if isinstance(event, ModelReady):
                    reread = event.tokens_reread
            session = conversation.session
            how = How(closed_book, max_tokens, not no_store, ahead=now and not session.held)
            if not (now or session.held):
                unread = session.progress.tokens_total - session.progress.tokens
                if unread > _LONG and not closed_book:
                    notice("It is read into memory first; --now answers from the text at once.")
                with interruptible(session):
                    for event in session.read():
                        show(event)
        with interruptible(session):
            if as_jsonl:
                with jsonl.printing() as show:
                    for each in asked:
                        _answer(session, each, how, show, aloud=False)
                return
            answers = []
            for each in asked:
                if len(asked) > 1 and not as_json:
                    notice(f"\n{each}")
                answers.append(_answer(session, each, how, show_lines, aloud=not as_json))
        if not session.progress.finished:
            notice(_unread(session))
        if as_json:
            emit(
                {
                    **(answers[0] if questions is None else {"answers": answers}),
                    "resumed": conversation.resumed,
                    "tokens_read": session.progress.tokens,
                    "tokens_reread": reread,
                    "sleeps": session.sleeps,
                    "conversation": session.conversation,
                    "seconds": round(time.monotonic() - started, 3),
                }
            )


def _unread(session: "ReadingSession") -> str:
    """Why there is more to the document than the memory has, and what to do about it."""
    from sleepdoc import figures

    if not session.held:
        return "Not all of it has been read into memory yet."
    where, name = figures.at_page(session.progress), session.conversation
    return f"It stays at {where}, as it was taken back to it; `sleepdoc read {name}` reads on."


def _asked(question: str | None, file: Path | None) -> list[str]:
    if (question is None) == (file is None):
        raise click.UsageError("Give a question, or a file of them with --questions.")
    if file is None:
        return [question or ""]
    lines = filter(str.strip, file.read_text(encoding="utf-8").splitlines())
    found = [_question(line) for line in lines]
    if not found:
        raise UsageError(f"There are no questions in {file}.")
    return found


def _question(line: str) -> str:
    try:
        fields = json.loads(line)
    except ValueError:
        return line
    return str(fields["question"]) if isinstance(fields, dict) and "question" in fields else line


def _answer(
    session: "ReadingSession", question: str, how: How, show: "Show", *, aloud: bool
) -> dict[str, Any]:
    """Ask, and say what comes if it is to be said aloud; returns the fields of the answer."""
    from sleepdoc.cli.grounds import grounds
    from sleepdoc.reading.events import AnswerFinished, Answering, AnswerText

    lookup = ""
    finished: AnswerFinished | None = None
    for event in session.ask(
        question,
        closed_book=how.closed_book,
        kept=how.kept,
        ahead=how.ahead,
        max_tokens=how.max_tokens,
    ):
        show(event)
        match event:
            case Answering():
                lookup = event.lookup
            case AnswerText() if aloud:
                say(event.text, newline=False)
            case AnswerFinished():
                finished = event
    assert finished is not None
    if aloud:
        say("")
        for line in grounds(finished, lookup, closed_book=how.closed_book):
            notice(line)
    return {
        "question": question,
        "answer": finished.answer,
        "verdict": finished.verdict,
        "found": finished.verdict != "not found",
        "ended": finished.ended,
        "citations": [asdict(each) for each in finished.citations],
        "lookup": lookup,
    }
