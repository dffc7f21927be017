"""`sleepdoc overview`: what a document is about."""

from dataclasses import asdict
from pathlib import Path

import click

from sleepdoc.cli.command import Command
from sleepdoc.cli.options import device_option, json_option, name_argument, storage_options
from sleepdoc.cli.output import emit, notice, say
from sleepdoc.errors import MismatchError, ModelError


@click.command(cls=Command)
@name_argument
@json_option
@device_option
@storage_options
def overview(name: str, as_json: bool, device: str | None, database: Path) -> None:
    """Show what a document is about, as far as it has been read.

    What is not written down yet the model writes first: a sentence for every part. Ctrl+C ends
    that, and what is written stays.
    """
    from sleepdoc.exports.summary import conversation_of, document_of
    from sleepdoc.reading.overview import overview as put_together
    from sleepdoc.reading.slept import slept_pages
    from sleepdoc.store import Store

    with Store.open(database) as store:
        conversation = conversation_of(store, name)
        document = document_of(store, conversation.name)
        slept = slept_pages(store.lineage(conversation))
        told = put_together(document, slept, store.gists(conversation))
    if not told.complete:
        try:
            _write(conversation.name, device, database)
        except (MismatchError, ModelError) as error:
            notice(f"{error} This is what was written before.")
        with Store.open(database) as store:
            told = put_together(document, slept, store.gists(conversation))
    if as_json:
        emit({"conversation": conversation.name, **asdict(told)})
        return
    if not slept:
        notice("Nothing is slept on yet; read it first: sleepdoc read " + conversation.name)
    for line in told.lines():
        say(line)


def _write(name: str, device: str | None, database: Path) -> None:
    """Have the model write what is missing."""
    from sleepdoc.cli.interrupt import interruptible
    from sleepdoc.cli.progress import showing
    from sleepdoc.reading.service import OpenConversation, OpenOptions

    options = OpenOptions(name, database, device=device)
    with OpenConversation(options) as conversation, showing() as show:
        for event in conversation.open():
            show(event)
        with interruptible(conversation.session):
            for event in conversation.session.write_gists(overview_alone=True):
                show(event)
