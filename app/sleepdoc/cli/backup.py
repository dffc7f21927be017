"""`sleepdoc backup` and `sleepdoc restore`: the whole database as one file, and back."""

import sys
from pathlib import Path

import click

from sleepdoc.cli.command import Command
from sleepdoc.cli.options import json_option, storage_options
from sleepdoc.cli.output import emit, notice, say
from sleepdoc.errors import UsageError

_path = click.Path(dir_okay=False, path_type=Path)


@click.command(cls=Command)
@click.argument("output", metavar="OUT", type=_path)
@json_option
@storage_options
def backup(output: Path, as_json: bool, database: Path) -> None:
    """Copy everything stored to one file, and read the copy to see that it is sound.

    It may be in use meanwhile. The copy holds what was read: keep it as private as the documents.
    """
    from sleepdoc import figures
    from sleepdoc.store import Store

    if not database.exists():
        raise UsageError(f"There is nothing to back up: {database} is not made yet.")
    with Store.open(database) as store:
        size, count = store.back_up(output), len(store.conversations())
    if as_json:
        emit({"file": str(output), "bytes": size, "conversations": count})
    else:
        say(f"Wrote {output} ({figures.size(size)}, {count} conversations) and verified it.")


@click.command(cls=Command)
@click.argument("file", metavar="FILE", type=_path)
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@json_option
@storage_options
def restore(file: Path, yes: bool, as_json: bool, database: Path) -> None:
    """Put a backup in the place of the database, which is kept beside it under another name.

    Close other sleepdocs first: what they store goes on into the file that was put aside.
    """
    from sleepdoc.store import backups

    if database.exists() and not yes:
        if not sys.stdin.isatty():
            raise UsageError(f"There is nobody to ask. To replace {database} use --yes.")
        if not click.confirm(f"Put {file} in the place of {database}?", err=True):
            notice("Nothing was changed.")
            return
    aside = backups.restore(file, database)
    if as_json:
        emit({"file": str(database), "before": None if aside is None else str(aside)})
    else:
        kept = "" if aside is None else f" What was there is {aside} now."
        say(f"Restored {database}.{kept}")
