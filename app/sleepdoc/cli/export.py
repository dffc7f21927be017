"""`sleepdoc export`: a memory or a transcript as one file."""

import hashlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sleepdoc.cli.command import Command
from sleepdoc.cli.options import json_option, storage_options
from sleepdoc.cli.output import emit, notice
from sleepdoc.errors import UsageError

if TYPE_CHECKING:
    from sleepdoc.exports.transcript import Format

_STDOUT = "-"


@click.command(cls=Command)
@click.argument("target", metavar="NAME|FILE")
@click.option(
    "-o", "--output", metavar="OUT", help="File to write, - for stdout. [default: NAME.<format>]"
)
@click.option(
    "--transcript",
    "transcript_format",
    type=click.Choice(["md", "json"]),
    help="Write questions and answers instead of the memory.",
)
@click.option("--force", is_flag=True, help="Replace the file if it exists.")
@json_option
@storage_options
def export(
    target: str,
    output: str | None,
    transcript_format: "Format | None",
    force: bool,
    as_json: bool,
    database: Path,
) -> None:
    """Write a memory or a transcript to a file.

    A memory holds what was read: keep the file as private as the document.
    """
    from sleepdoc import figures
    from sleepdoc.exports.memory import memory
    from sleepdoc.exports.output_file import write_file
    from sleepdoc.exports.summary import conversation_of, summarise
    from sleepdoc.exports.transcript import transcript
    from sleepdoc.store import Store

    if output == _STDOUT and as_json:
        raise UsageError("--json and the export cannot both go to stdout; name a file with -o.")
    with Store.open(database) as store:
        conversation = conversation_of(store, target)
        summary = summarise(store, conversation)
        if transcript_format:
            content = transcript(summary, store.turns(conversation), transcript_format)
        else:
            content = memory(store, summary)
    if output == _STDOUT:
        if not transcript_format and sys.stdout.isatty():
            raise UsageError("A memory is no text for a terminal; name a file with -o.")
        click.echo(content, nl=False)
        return
    path = Path(output or f"{conversation.name}.{transcript_format or 'safetensors'}")
    write_file(path, content, replace=force)
    if as_json:
        digest = hashlib.sha256(content).hexdigest()
        name = conversation.name
        emit({"conversation": name, "file": str(path), "bytes": len(content), "sha256": digest})
    else:
        notice(f"Wrote {path} ({figures.size(len(content))}).")
