"""DOCX: mammoth makes HTML of it, which is read like any other."""

import contextlib
import re
from xml.sax import ContentHandler, SAXException

import mammoth
from defusedxml import DefusedXmlException, sax
from defusedxml.ElementTree import fromstring

from sleepdoc.documents.archive import DAMAGE, Archive
from sleepdoc.documents.book import Book, blocks_of
from sleepdoc.documents.confinement import Refused
from sleepdoc.documents.flow import Block
from sleepdoc.documents.html_tree import parsed

_STYLES = """
p[style-name='Title'] => h1:fresh
p[style-name='title'] => h1:fresh
p[style-name='Subtitle'] => p:fresh
p[style-name='heading 7'] => h6:fresh
p[style-name='heading 8'] => h6:fresh
p[style-name='heading 9'] => h6:fresh
comment-reference => sup
"""
_BACK = re.compile(r"#(?:footnote|endnote|comment)-ref-")
"""Where the arrow behind a note leads, which is not in the document."""
_GENERATED_TITLE = re.compile(
    r"(?:untitled|title|document ?\d*|word document)|.*\.\w{1,5}|microsoft word - .*", re.I
)


def open_docx(archive: Archive) -> Book:
    """
    Raises:
        Refused: it is damaged, or over a limit.
    """
    _check(archive)

    def read() -> list[Block]:
        converted = mammoth.convert_to_html(
            archive.file,
            style_map=_STYLES,
            include_embedded_style_map=False,
            convert_image=mammoth.images.img_element(lambda image: {}),
        )
        soup, _ = parsed(converted.value.encode())
        for link in soup.find_all("a", href=_BACK):
            link.extract()
        return blocks_of(soup)

    return Book(_title(archive), [read])


def _check(archive: Archive) -> None:
    """Read all that mammoth will read: within the limits, and without declarations of entities."""
    for name in archive.names:
        if not name.lower().endswith((".xml", ".rels")):
            continue
        try:
            sax.parseString(archive.read(name), ContentHandler(), forbid_dtd=True)
        except DefusedXmlException as error:
            raise Refused("unsafe") from error
        except (*DAMAGE, SAXException) as error:
            if name == "word/document.xml":
                raise Refused("damaged", type(error).__name__) from error


def _title(archive: Archive) -> str:
    with contextlib.suppress(Exception):
        tree = fromstring(archive.read("docProps/core.xml"))
        title = next(each.text or "" for each in tree if each.tag.endswith("}title"))
        title = " ".join(title.split())
        return "" if _GENERATED_TITLE.fullmatch(title) else title
    return ""
