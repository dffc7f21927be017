"""SHA-256 of files, remembered for large ones."""

import hashlib
import json
import os
from contextlib import suppress
from pathlib import Path


def file_sha256(path: Path) -> str:
    """Hex SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def known_sha256(path: Path, known: Path | None) -> str:
    """The same, computed only when the file is not the one it was.

    Args:
        path: The file; it is the same as long as size, time of change and inode are.
        known: A JSON file of hashes computed before. None, or one that cannot be read or written:
            nothing is remembered.
    """
    state = path.stat()
    key = str(path.resolve())
    mark = [state.st_size, state.st_mtime_ns, state.st_ino]
    hashes: dict[str, object] = {}
    if known is not None:
        with suppress(OSError, ValueError):
            found = json.loads(known.read_text("utf-8"))
            hashes = found if isinstance(found, dict) else {}
    match hashes.get(key):
        case [size, changed, inode, str(digest)] if [size, changed, inode] == mark:
            return digest
    digest = file_sha256(path)
    if known is not None:
        with suppress(OSError):
            temporary = known.with_name(f"{known.name}.{os.getpid()}")
            temporary.write_text(json.dumps(hashes | {key: [*mark, digest]}), "utf-8")
            temporary.replace(known)
    return digest
