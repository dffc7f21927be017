"""`sleepdoc ask`: read or go on, then answer once."""

import time
from dataclasses import asdict
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
    from sleepdoc.reading.events import AnswerFinished

_RESTS_ON = {
    "verified": "It stands on the page:",
    "from memory": "Not found on a page in these words. Looked at:",
    "not found": "Nothing about this was found. Nearest:",
}
_MOST_SHOWN = 3


@click.command(cls=Command)
@click.argument("target", metavar="FILE|NAME|-")
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
    lookup, reread = "", 0
    finished: AnswerFinished | None = None
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
                        lookup = event.lookup
                    case AnswerText() if not as_json:
                        say(event.text, newline=False)
                    case AnswerFinished():
                        finished = event
        assert finished is not None
        if as_json:
            emit(
                {
                    "answer": finished.answer,
                    "verdict": finished.verdict,
                    "found": finished.verdict != "not found",
                    "ended": finished.ended,
                    "citations": [asdict(each) for each in finished.citations],
                    "lookup": lookup,
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
            _show(finished, lookup)


def _show(finished: "AnswerFinished", lookup: str) -> None:
    notice(f"{lookup.capitalize()}:" if lookup else _RESTS_ON[finished.verdict])
    for citation in finished.citations[:_MOST_SHOWN]:
        mark = "verified, " if citation.verified else ""
        notice(f"{mark}p. {citation.label}: {citation.quote}")
