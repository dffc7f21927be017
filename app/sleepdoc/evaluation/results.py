"""Results of a benchmark kept in a file, so that the same one can go on."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sleepdoc import locations
from sleepdoc.errors import DocumentError, MismatchError, StorageError
from sleepdoc_kernels import result_file
from sleepdoc_model.engine import EngineInfo
from sleepdoc_model.evaluation import identity


class Results:
    """JSON lines: what they are of, then a line for every result."""

    def __init__(self, path: Path, of: Mapping[str, object]) -> None:
        """Begin a file, or go on with one.

        Raises:
            StorageError: it cannot be read or written, or is no such file.
            MismatchError: its results are of something else.
        """
        self._path = path
        try:
            if not path.exists():
                result_file.append(path, [of])
            first, *self.known = result_file.lines(path)
            ours = first == json.loads(json.dumps(of))
            if ours:  # what is not stays as it is
                result_file.mend(path)
        except (OSError, ValueError) as error:
            raise StorageError(f"{path} cannot be used for results: {error}.") from error
        if not ours:
            raise MismatchError(
                f"{path} holds results of other data, another model or of other settings."
            )

    known: list[dict[str, Any]]
    """The results that were there."""

    def add(self, rows: Iterable[Mapping[str, object]]) -> None:
        """Add results, all or none of which will be there after a crash of this process."""
        result_file.append(self._path, rows)


def reader_of(info: EngineInfo) -> dict[str, str]:
    """The SHA-256 of the shipped reader, by its name, if the model reads with it: part of the data
    of an identity."""
    path = locations.reader() if info.reads else None
    return {"reader": sha256_of(path)} if path else {}


def sha256_of(path: Path) -> str:
    """Of a file with data, or of a folder with its files.

    Raises:
        DocumentError: it cannot be read.
    """
    try:
        return identity.sha256_of(path)
    except OSError as error:
        raise DocumentError(f"{path} cannot be read: {error}.") from error
