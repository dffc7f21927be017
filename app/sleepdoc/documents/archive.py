"""Zip archives nobody vouches for: EPUB and DOCX are such."""

import struct
import zipfile
import zlib
from lzma import LZMAError
from typing import BinaryIO
from urllib.parse import unquote

from sleepdoc.documents.confinement import Refused
from sleepdoc.documents.limits import Limits

DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    LZMAError,
    struct.error,
    EOFError,
    NotImplementedError,
    OSError,
    ValueError,
    KeyError,
)
"""What reading a broken archive raises."""

_ENCRYPTED = 1
_FOREIGN = {
    "xl/workbook.xml": "an Excel workbook; save it as PDF or text",
    "ppt/presentation.xml": "a PowerPoint presentation; save it as PDF",
    "content.xml": "an OpenDocument file; save it as DOCX or PDF",
    "Index/Document.iwa": "a document of Apple's; export it as DOCX, EPUB or PDF",
}
"""Members that only formats have that are not read."""


class Archive:
    """Reads members whole, and as much as the limits allow, whatever the directory says."""

    def __init__(self, file: BinaryIO, limits: Limits) -> None:
        """
        Raises:
            Refused: it is no archive, or one with a password.
        """
        self._limits = limits
        self._room = limits.archive_bytes
        try:
            self._zip = zipfile.ZipFile(file)
            self.file = file
        except DAMAGE as error:
            raise Refused("damaged", type(error).__name__) from error
        self.names = [info.filename for info in self._zip.infolist() if not info.is_dir()]
        self._spellings = {name.casefold(): name for name in self.names}

    def find(self, name: str) -> str | None:
        """The member that is meant: links in books are sloppy about case and escapes."""
        for spelling in (name, unquote(name)):
            if found := self._spellings.get(spelling.casefold()):
                return found
        return None

    def read(self, name: str) -> bytes:
        """
        Raises:
            Refused: it unpacks to more than the limits allow, or needs a password.
            Exception: one of `DAMAGE`.
        """
        info = self._zip.getinfo(name)
        if info.flag_bits & _ENCRYPTED:
            raise Refused("encrypted")
        with self._zip.open(info) as member:
            data = member.read(self._limits.stream_bytes + 1)
        self._room -= len(data)
        if len(data) > self._limits.stream_bytes or self._room < 0:
            raise Refused("unpacked")
        return data


def kind_of(archive: Archive) -> str:
    """``epub`` or ``docx``, by what is in the archive.

    Raises:
        Refused: it is something else.
    """
    for mark, what in _FOREIGN.items():
        if archive.find(mark):
            raise Refused("foreign", what)
    if archive.find("META-INF/container.xml") or any(n.endswith(".opf") for n in archive.names):
        return "epub"
    if any(n.lower().startswith("word/document") for n in archive.names):
        return "docx"
    raise Refused("foreign", "an archive (zip); unpack it and read what is in it")
