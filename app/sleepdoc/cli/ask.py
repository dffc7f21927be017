"""`sleepdoc ask`: read or go on, then answer once."""

import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sleepdoc.cli.command import Command
from sleepdoc.cli.options import (
    ModelChoice,
    json_option,
    model_options,
    ocr_option,
    storage_options,
)
from sleepdoc.cli.output import emit, notice, say

if TYPE_CHECKING:
    from sleepdoc.reading.events import Citation


@click.command(cls=Command)
@click.argument("target", metavar="FILE|NAME")
@click.argument("question")
@click.option("--closed-book", is_flag=True, help="Answer from memory alone, without recall.")
@click.option(
    "--max-tokens",
    type=click.IntRange(1),
    default=256,
    show_default=True,
    metavar="N",
    help="Stop the answer after N tokens.",
)
@json_option
@model_options
@ocr_option
@storage_options
def ask(
    target: str,
    question: str,
    closed_book: bool,
    max_tokens: int,
    as_json: bool,
    choice: ModelChoice,
    database: Path,
) -> None:
    """Answer one question about a document.

    What is not read yet is read first. The answer goes to stdout, the passages it was given to
    stderr.
    """
    from sleepdoc.cli.interrupt import interruptible
    from sleepdoc.cli.progress import show_lines, showing
    from sleepdoc.reading.events import AnswerFinished, Answering, AnswerText, ModelReady
    from sleepdoc.reading.service import OpenConversation

    started = time.monotonic()
    answer, reread = "", 0
    citations: tuple[Citation, ...] = ()
    with OpenConversation(choice.options(target, database)) as conversation:
        with showing() as show:
            for event in conversation.open():
                show(event)
                if isinstance(event, ModelReady):
                    reread = event.tokens_reread
            session = conversation.session
            with interruptible(session):
                for event in session.read():
                    show(event)
        with interruptible(session):
            for event in session.ask(question, closed_book=closed_book, max_tokens=max_tokens):
                show_lines(event)
                match event:
                    case Answering():
                        citations = event.citations
                    case AnswerText() if not as_json:
                        say(event.text, newline=False)
                    case AnswerFinished():
                        answer = event.answer
        if as_json:
            emit(
                {
                    "answer": answer,
                    "citations": [
                        {"page": each.page, "label": each.label, "quote": each.quote}
                        for each in citations
                    ],
                    "resumed": conversation.resumed,
                    "tokens_read": session.progress.tokens,
                    "tokens_reread": reread,
                    "sleeps": session.sleeps,
                    "conversation": session.conversation,
                    "seconds": round(time.monotonic() - started, 3),
                }
            )
        else:
            say("")
            _show(citations)


def _show(citations: "Iterable[Citation]") -> None:
    for citation in citations:
        notice(f"p. {citation.label}: {citation.quote}")
