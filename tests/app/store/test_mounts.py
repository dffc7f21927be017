"""Network file systems are recognised by the system's table of mounts."""

from pathlib import Path

import pytest

from sleepdoc.errors import StorageError
from sleepdoc.store import Store, mounts

TABLE = """\
/dev/sda1 / ext4 rw 0 0
server:/home /home nfs4 rw 0 0
//server/share /media/my\\040share cifs rw 0 0
/dev/sdb1 /home/local xfs rw 0 0
tmpfs /srv tmpfs rw 0 0
server:/srv /srv fuse.sshfs rw 0 0
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/lib/sleepdoc.db", "ext4"),
        ("/home", "nfs4"),
        ("/home/me/sleepdoc.db", "nfs4"),
        ("/homer/sleepdoc.db", "ext4"),
        ("/home/local/sleepdoc.db", "xfs"),
        ("/media/my share/sleepdoc.db", "cifs"),
        ("/srv/sleepdoc.db", "fuse.sshfs"),
    ],
)
def test_the_nearest_mount_decides(path: str, kind: str) -> None:
    assert mounts.file_system(Path(path), TABLE) == kind


def test_a_network_file_system_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = tmp_path / "mounts"
    table.write_text(f"/dev/sda1 / ext4 rw 0 0\nserver:/x {tmp_path}/far nfs4 rw 0 0\n")
    monkeypatch.setattr(mounts, "_MOUNTS", table)
    with pytest.raises(StorageError, match=r"network file system \(nfs4\).*--db"):
        Store.open(tmp_path / "far" / "sleepdoc.db")
    assert not (tmp_path / "far").exists()
    Store.open(tmp_path / "near" / "sleepdoc.db").close()
