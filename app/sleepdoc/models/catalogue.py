"""Every GGUF file on this machine: what it is called, what it is, where it lies."""

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from sleepdoc import locations
from sleepdoc.errors import ModelError, UsageError
from sleepdoc.models import places
from sleepdoc_model.base_file import base_path
from sleepdoc_model.gguf.header import BadGGUF
from sleepdoc_model.gguf.model import Kind, describe
from sleepdoc_model.load import DEFAULT_MODEL

WINDOW = 4096
"""Tokens that memory is reckoned for."""

_EMBEDDED_MEMORY = 1400 << 20
"""Bytes. It runs in torch, in fp32: docs/results/speed.json has a peak of 1363 MiB."""
_REPOSITORY = "models--"
_SHARD = re.compile(r"-([0-9]{5})-of-[0-9]{5}$")


@dataclass(frozen=True)
class Model:
    """A model on this machine, or a file that looks like one."""

    id: str
    path: Path | None
    size: int
    """Bytes, of all parts."""
    kind: Kind | None = None
    quantisation: str | None = None
    licence: str | None = None
    memory: int | None = None
    """Bytes needed with a window of `WINDOW` tokens, or of all it has if that is less."""
    problem: str | None = None
    """Why it cannot be used, in one line; if there is one, the fields above it are None."""

    @property
    def can_sleep(self) -> bool:
        return self.kind == "recurrent"


def models() -> list[Model]:
    """The embedded model, then every file of `files`."""
    return [_embedded(), *(_described(name, path) for name, path in files().items())]


def files() -> dict[str, Path]:
    """Every GGUF file once, by its id: ``ORG/NAME:FILE`` in the hub cache, else its path.

    The first part stands for a split model. Of several versions in the hub cache, all but the
    current one have their commit in the id: ``ORG/NAME@COMMIT:FILE``.
    """
    found: dict[str, Path] = {}
    seen = set()
    for names, path in (*_in_hub_cache(), *_in_folders()):
        if (real := os.path.realpath(path)) not in seen:
            seen.add(real)
            found[next(name for name in names if name not in found)] = path
    return found


def find(name: str) -> Path:
    """The file that a person means by a path, an id, a repository or a file's name.

    Raises:
        UsageError: there are several of that name.
        ModelError: there is none.
    """
    path = Path(os.path.abspath(os.path.expanduser(name)))
    if os.path.isfile(path):
        return path
    known = files()
    if name in known:
        return known[name]
    matches = [each for each, path in known.items() if name in _short_names(each, path)]
    if len(matches) > 1:
        raise UsageError(f"{name} could be {', '.join(matches)}; use one of these ids.")
    if not matches:
        raise ModelError(
            f"There is no model {name} on this machine; sleepdoc models lists those there are, "
            "sleepdoc models pull fetches one."
        )
    return known[matches[0]]


def _short_names(name: str, path: Path) -> set[str]:
    return {path.name, path.stem, _SHARD.sub("", path.stem), name.partition(":")[0]}


def _in_hub_cache() -> Iterator[tuple[tuple[str, ...], Path]]:
    """Possible ids of a file, the best one first, and its path."""
    for repository in sorted(places.hub_cache().glob(f"{_REPOSITORY}*")):
        name = repository.name.removeprefix(_REPOSITORY).replace("--", "/")
        for snapshot in _snapshots(repository):
            for path in _ggufs(snapshot):
                file = path.relative_to(snapshot).as_posix()
                yield (f"{name}:{file}", f"{name}@{snapshot.name}:{file}"), path


def _snapshots(repository: Path) -> list[Path]:
    """The version of the main branch, then the others, the newest first."""
    main = ""
    with suppress(OSError, UnicodeDecodeError):
        main = (repository / "refs" / "main").read_text().strip()
    snapshots = [path for path in repository.glob("snapshots/*") if os.path.isdir(path)]
    return sorted(snapshots, key=lambda path: (path.name != main, -path.stat().st_mtime_ns))


def _in_folders() -> Iterator[tuple[tuple[str, ...], Path]]:
    for folder in places.folders():
        yield from (((str(path),), path) for path in _ggufs(folder))


def _ggufs(folder: Path) -> Iterator[Path]:
    """Files that hold a model, without further parts and without projectors for images."""
    for directory, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = Path(directory, name)
            shard = _SHARD.search(path.stem)
            first = shard is None or int(shard[1]) == 1
            # A link in the hub cache outlives its file.
            if (
                path.suffix == ".gguf"
                and first
                and "mmproj" not in name.lower()
                and os.path.exists(path)
            ):
                yield path


def _described(name: str, path: Path) -> Model:
    try:
        model = describe(path)
    except BadGGUF as error:
        return Model(name, path, _size(path), problem=str(error))
    except OSError as error:
        return Model(name, path, _size(path), problem=f"cannot be read: {error.strerror}")
    memory = model.memory_needed(min(WINDOW, model.context_length))
    return Model(
        name, path, model.file_bytes, model.kind, model.quantisation, model.licence, memory
    )


def _embedded() -> Model:
    try:
        base = base_path()
    except FileNotFoundError as error:
        return Model(DEFAULT_MODEL, None, 0, problem=str(error))
    if (heads := locations.heads()) is None:
        return Model(DEFAULT_MODEL, None, 0, problem="this copy came without its fast weights")
    model = _described(DEFAULT_MODEL, base)
    if model.problem:
        return model
    # The header is the base's, which only attends; what sleeps are the heads added to it.
    size = model.size + _size(heads)
    return replace(model, path=None, kind="recurrent", size=size, memory=_EMBEDDED_MEMORY)


def _size(path: Path) -> int:
    with suppress(OSError):
        return path.stat().st_size
    return 0
