"""Writing a file that is there whole or not at all."""

import contextlib
import errno
import os
import secrets
from pathlib import Path

from sleepdoc.errors import StorageError, UsageError
from sleepdoc.sync import sync


def write_file(target: Path, content: bytes, *, replace: bool) -> None:
    """Write `content` to `target` (0600), atomically and down to the disk.

    Raises:
        UsageError: there is such a file already and `replace` is False, or no such directory.
        StorageError: the disk is full or may not be written.
    """
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(8)}.tmp")
    try:
        try:
            _write(temporary, content)
            _move(temporary, target, replace=replace)
        finally:
            with contextlib.suppress(FileNotFoundError):
                temporary.unlink()
        sync(target.parent)
    except FileNotFoundError as error:
        raise UsageError(f"There is no directory {target.parent} to write to.") from error
    except FileExistsError as error:
        raise _exists(target) from error
    except OSError as error:
        raise StorageError(f"{target} cannot be written: {error.strerror}.") from error


def _exists(target: Path) -> UsageError:
    return UsageError(f"{target} exists already. Use --force to replace it, or -o for another.")


def _write(path: Path, content: bytes) -> None:
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
    with os.fdopen(os.open(path, flags, 0o600), "r+b") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
        file.seek(0)
        if file.read() != content:
            raise OSError(errno.EIO, "what was written does not read back")


def _move(temporary: Path, target: Path, *, replace: bool) -> None:
    if replace:
        temporary.replace(target)
        return
    try:
        target.hardlink_to(temporary)
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP):
            raise
        # A file system without hard links; between look and rename another process may still win.
        if os.path.lexists(target):
            raise _exists(target) from error
        temporary.rename(target)
