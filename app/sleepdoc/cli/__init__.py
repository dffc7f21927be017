"""The command line: one file per command, and nothing heavy imported before it is needed."""

import contextlib
import io
import os
import sys

import click

from sleepdoc import __version__
from sleepdoc.cli.ask import ask
from sleepdoc.cli.backup import backup, restore
from sleepdoc.cli.bench import bench
from sleepdoc.cli.command import DefaultGroup
from sleepdoc.cli.completion import completion
from sleepdoc.cli.config import config
from sleepdoc.cli.doctor import doctor
from sleepdoc.cli.export import export
from sleepdoc.cli.fork import fork
from sleepdoc.cli.gc import gc
from sleepdoc.cli.handbook import handbook
from sleepdoc.cli.import_ import import_
from sleepdoc.cli.library import library
from sleepdoc.cli.ls import ls
from sleepdoc.cli.models import models
from sleepdoc.cli.open import open_
from sleepdoc.cli.overview import overview
from sleepdoc.cli.page import page
from sleepdoc.cli.read import read
from sleepdoc.cli.rename import rename
from sleepdoc.cli.resume import resume
from sleepdoc.cli.rm import rm
from sleepdoc.cli.search import search
from sleepdoc.cli.show import show
from sleepdoc.cli.undo import redo, undo


@click.group(cls=DefaultGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
@click.option(
    "-c",
    "--continue",
    is_flag=True,
    expose_value=False,
    help="Go on with the last conversation, as `sleepdoc resume` does.",
)
def cli() -> None:
    """Read long documents into a small local model that sleeps.

    `sleepdoc` alone is the library; `sleepdoc FILE` is the same as `sleepdoc open FILE`.
    """


for command in (
    open_,
    resume,
    library,
    handbook,
    read,
    ask,
    overview,
    search,
    page,
    ls,
    show,
    rename,
    rm,
    export,
    import_,
    undo,
    redo,
    fork,
    models,
    config,
    gc,
    backup,
    restore,
    completion,
    doctor,
    bench,
):
    cli.add_command(command)


def main() -> None:
    """Entry point of the ``sleepdoc`` script."""
    os.umask(0o077)
    with contextlib.suppress(ImportError):
        import resource

        # A core dump would hold the document.
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    cli(prog_name="sleepdoc")
