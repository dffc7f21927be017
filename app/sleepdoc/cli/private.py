"""`--private`: nothing of a conversation outlives the command."""

import functools
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

_MEMORY = Path("/dev/shm")
"""Files that are kept in memory, on Linux."""

_Function = Callable[..., Any]


def private_option(function: _Function) -> _Function:
    """Give a command ``--private``: its database is a passing one."""

    @click.option(
        "--private",
        is_flag=True,
        help="Keep nothing: what is read and asked is gone when the command ends.",
    )
    @functools.wraps(function)
    def command(*arguments: Any, private: bool, database: Path, **options: Any) -> Any:
        if not private:
            return function(*arguments, database=database, **options)
        place = _MEMORY if os.access(_MEMORY, os.W_OK) else None
        with tempfile.TemporaryDirectory(prefix="sleepdoc-", dir=place) as directory:
            return function(*arguments, database=Path(directory) / "sleepdoc.db", **options)

    return command
