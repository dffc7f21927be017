"""`sleepdoc show`: one conversation, with its sleeps and its questions."""

from dataclasses import asdict
from pathlib import Path

import click

from sleepdoc.cli.command import Command
from sleepdoc.cli.options import json_option, name_argument, storage_options
from sleepdoc.cli.output import emit, say, table


@click.command(cls=Command)
@name_argument
@json_option
@storage_options
def show(name: str, as_json: bool, database: Path) -> None:
    """Show steps and questions of a conversation."""
    from sleepdoc.exports.summary import conversation_of, summarise, turn_fields
    from sleepdoc.exports.transcript import remarks
    from sleepdoc.reading.summaries import said
    from sleepdoc.store import Store

    with Store.open(database) as store:
        conversation = conversation_of(store, name)
        summary = summarise(store, conversation)
        steps, turns = store.steps(conversation), store.turns(conversation)
        gists = store.gists(conversation)
    if as_json:
        emit(
            {
                **summary,
                "steps": [
                    {
                        "seq": step.seq,
                        "kind": step.kind,
                        "page": step.position.page,
                        "read": step.position.read,
                        "slept": step.position.slept,
                        "snapshot": step.snapshot,
                        "created": step.created,
                    }
                    for step in steps
                ],
                "turns": [turn_fields(turn) for turn in turns],
                "gists": [asdict(gist) for gist in gists],
            }
        )
        return
    say(table([(key, str(value)) for key, value in summary.items()]))
    say("")
    heading = ("STEP", "KIND", "PAGE", "READ", "SLEPT", "WHEN")
    rows = [
        (
            str(step.seq),
            step.kind,
            str(step.position.page),
            str(step.position.read),
            str(step.position.slept),
            step.created,
        )
        for step in steps
    ]
    say(table([heading, *rows]))
    told = [gist for gist in gists if gist.kind != "question"]
    if told:
        say("")
        lines = [(gist.kind, f"{gist.first}-{gist.last}", said(gist)) for gist in told]
        say(table([("GIST OF", "PAGES", "TEXT"), *lines]))
    for turn in turns:
        said_of_it = "".join(f" [{remark}]" for remark in remarks(turn))
        say(f"\n> {turn.question}\n{turn.answer}{said_of_it}")
