"""Network file systems: their locks and shared memory do not keep SQLite's promises."""

from pathlib import Path

from sleepdoc.errors import StorageError

_MOUNTS = Path("/proc/self/mounts")
_NETWORK = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ceph", "fuse.sshfs"})


def refuse_network(path: Path) -> None:
    """Refuse a path on a network file system, where the system can tell.

    Raises:
        StorageError: the path is on one.
    """
    if not _MOUNTS.exists():
        return
    kind = file_system(path, _MOUNTS.read_text(encoding="utf-8", errors="replace"))
    if kind in _NETWORK:
        raise StorageError(
            f"{path}: on a network file system ({kind}), where nothing can be stored safely; "
            "choose a local place with --db"
        )


def file_system(path: Path, mounts: str) -> str:
    """The type of the file system that holds `path`, by a table in the format of fstab(5)."""
    resolved = path.resolve()
    kinds = {Path("/"): ""}
    for line in mounts.splitlines():
        _, point, kind, *_ = line.split(" ")
        # The table writes spaces in octal; a later mount hides an earlier one.
        kinds[Path(point.replace("\\040", " "))] = kind
    return next(kinds[place] for place in (resolved, *resolved.parents) if place in kinds)
