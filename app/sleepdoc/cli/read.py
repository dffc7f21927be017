"""`sleepdoc read`: read a document to its end without the application."""

import time
from pathlib import Path

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
from sleepdoc.cli.output import counted, emit, notice, say
from sleepdoc.cli.private import private_option


@click.command(cls=Command)
@click.argument("target", metavar="FILE|NAME|-")
@click.option(
    "--passes",
    type=click.IntRange(1, 64),
    metavar="N",
    help="Passes per sleep of a new conversation, if not as many as the model recommends.",
)
@json_option
@jsonl_option
@model_options
@ocr_option
@storage_options
@private_option
def read(
    target: str,
    passes: int | None,
    as_json: bool,
    as_jsonl: bool,
    choice: ModelChoice,
    database: Path,
) -> None:
    """Read a document without the application.

    Reading begins where it stopped before, if it did.
    """
    started = time.monotonic()
    process = choice.process()  # before what takes long to import here
    from sleepdoc.cli import jsonl
    from sleepdoc.cli.interrupt import interruptible
    from sleepdoc.cli.progress import showing
    from sleepdoc.exports.summary import summarise
    from sleepdoc.reading.service import OpenConversation
    from sleepdoc.store import Store

    options = choice.options(target, database, passes=passes)
    with (
        (jsonl.printing if as_jsonl else showing)() as show,
        OpenConversation(options, process) as conversation,
    ):
        for event in conversation.open():
            show(event)
        session, resumed = conversation.session, conversation.resumed
        if passes not in (None, session.passes):
            kept = counted(session.passes, "pass")
            notice(f"{session.conversation} began with {kept} per sleep and keeps to that.")
        with interruptible(session):
            for event in session.read():
                show(event)
    seconds = time.monotonic() - started
    with Store.open(database) as store:
        summary = summarise(store, store.conversation(session.conversation))
    if as_jsonl:
        return
    if as_json:
        emit({**summary, "resumed": resumed, "seconds": round(seconds, 3)})
    else:
        read_in = f"{counted(summary['pages'], 'page')}, {counted(summary['tokens'], 'token')}"
        slept = f"{counted(summary['sleeps'], 'sleep')} of {counted(summary['passes'], 'pass')}"
        if not session.remembers:
            slept = f"{counted(summary['sleeps'], 'window')} let go"
        say(f"{summary['conversation']}: {read_in}, {slept}, {seconds:.1f} s")
