"""Which format a file has, told by its first bytes, and by its name where those leave it open."""

import re

from sleepdoc.errors import DocumentError

SNIFFED = 4096
"""Bytes that are enough to tell."""

_PDF = re.compile(rb"(?:\A|[\r\n\0])[^\r\n]{0,16}%PDF-\d")
_PDF_WITHIN = 1024
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_MARKDOWN_SUFFIXES = {".md", ".markdown", ".mdown", ".mkd"}
_HTML_SUFFIXES = {".html", ".htm", ".xhtml", ".xht"}
_HTML = re.compile(
    rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?\s*(?:<\?xml[^>]*>\s*|<!--.*?-->\s*)*"
    rb"<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
_TAG = re.compile(rb"<(?:[a-z][a-z0-9]*|/[a-z]|!--)[\s/>a-z-]", re.IGNORECASE)

_CONVERT = "convert it to PDF first"
_PICTURE = "make a PDF with a text layer of it, for example with ocrmypdf"
_UNPACK = "unpack it and read what is in it"
_FOREIGN = (
    (b"{\\rtf", "an RTF document", "save it as DOCX or PDF"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old or protected Office document", "save it as DOCX"),
    (b"%!PS", "a PostScript document", "convert it first, for example with ps2pdf"),
    (b"AT&TFORM", "a DjVu document", _CONVERT),
    (b"\x89PNG\r\n\x1a\n", "a picture, a binary file", _PICTURE),
    (b"\xff\xd8\xff", "a picture, a binary file", _PICTURE),
    (b"GIF8", "a picture, a binary file", _PICTURE),
    (b"II*\0", "a picture, a binary file", _PICTURE),
    (b"MM\0*", "a picture, a binary file", _PICTURE),
    (b"\x1f\x8b", "compressed, a binary file", _UNPACK),
    (b"BZh", "compressed, a binary file", _UNPACK),
    (b"\xfd7zXZ\0", "compressed, a binary file", _UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "an archive, a binary file", _UNPACK),
    (b"Rar!\x1a\x07", "an archive, a binary file", _UNPACK),
    (b"\x7fELF", "a program, a binary file", "name a document"),
    (b"MZ\x90\0", "a program, a binary file", "name a document"),
    (b"SQLite format 3\0", "a database, a binary file", "export its text"),
)
_MOBI = (slice(60, 68), b"BOOKMOBI")


def kind_of(head: bytes, suffix: str) -> str:
    """``pdf``, ``zip`` (EPUB or DOCX), ``html``, ``markdown`` or ``text``.

    Raises:
        DocumentError: it is of a format that cannot be read.
    """
    if _PDF.search(head[:_PDF_WITHIN]):
        return "pdf"
    if head.startswith(_ZIP):
        return "zip"
    for start, what, advice in _FOREIGN:
        if head.startswith(start):
            raise DocumentError(f"{what}; {advice}")
    if head[_MOBI[0]] == _MOBI[1]:
        raise DocumentError("a Kindle book; convert it to EPUB first")
    if suffix.lower() in _MARKDOWN_SUFFIXES:
        return "markdown"
    letters = head.replace(b"\0", b"")
    named = suffix.lower() in _HTML_SUFFIXES
    return "html" if _HTML.match(letters) or (named and _TAG.search(letters)) else "text"
