"""EPUB and DOCX files written by hand, whole or broken on purpose."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

_CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OEBPS/content.opf"/></rootfiles></container>'
)
_WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"

Members = Mapping[str, "str | bytes | None"]
"""Files of an archive; None leaves one out that would be there."""


def archive(members: Members) -> bytes:
    """A zip file of these members, in this order."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as written:
        for name, content in members.items():
            if content is not None:
                written.writestr(name, content)
    return file.getvalue()


def chapter(body: str) -> str:
    """A page of a book."""
    head = "<head><title>x</title></head>"
    return f'<html xmlns="http://www.w3.org/1999/xhtml">{head}<body>{body}</body></html>'


def epub_members(
    bodies: Sequence[str],
    *,
    title: str = "The Lamp &amp; the Weir",
    navigation: str = "",
    ncx: str = "",
) -> dict[str, str | bytes | None]:
    """The files of a book with one chapter per body: ``OEBPS/text/chapter 1.xhtml`` and so on."""
    items = [
        f'<item id="c{number}" href="text/chapter%20{number}.xhtml"'
        ' media-type="application/xhtml+xml"/>'
        for number in range(1, len(bodies) + 1)
    ]
    members: dict[str, str | bytes | None] = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": _CONTAINER,
    }
    if navigation:
        items.append('<item id="n" href="nav.xhtml" properties="nav" media-type="text/html"/>')
        members["OEBPS/nav.xhtml"] = navigation
    if ncx:
        items.append('<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>')
        members["OEBPS/toc.ncx"] = ncx
    spine = "".join(f'<itemref idref="c{number}"/>' for number in range(1, len(bodies) + 1))
    members["OEBPS/content.opf"] = (
        '<package xmlns="http://www.idpf.org/2007/opf"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<metadata><dc:title>{title}</dc:title></metadata>"
        f"<manifest>{''.join(items)}</manifest><spine>{spine}</spine></package>"
    )
    for number, body in enumerate(bodies, start=1):
        members[f"OEBPS/text/chapter {number}.xhtml"] = chapter(body)
    return members


def epub(bodies: Sequence[str], **more: str) -> bytes:
    """A book with one chapter per body."""
    return archive(epub_members(bodies, **more))


def paragraph(text: str, style: str = "") -> str:
    """A paragraph of a DOCX document."""
    properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{properties}{run(text)}</w:p>"


def run(text: str, properties: str = "") -> str:
    """A stretch of a paragraph."""
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def docx_members(body: str, *, title: str = "") -> dict[str, str | bytes | None]:
    """The files of a DOCX document. Styles: Heading1, Heading2, Titel (named "Title")."""
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="{identity}"><w:name w:val="{name}"/></w:style>'
        for identity, name in (
            ("Heading1", "heading 1"),
            ("Heading2", "heading 2"),
            ("Titel", "Title"),
        )
    )
    return {
        "[Content_Types].xml": (
            f'<Types xmlns="{_PACKAGE}/content-types">'
            '<Default Extension="xml" ContentType="application/xml"/></Types>'
        ),
        "_rels/.rels": (
            f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1"'
            f' Type="{_OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>'
        ),
        "word/document.xml": f"<w:document {_WORD}><w:body>{body}</w:body></w:document>",
        "word/styles.xml": f"<w:styles {_WORD}>{styles}</w:styles>",
        "docProps/core.xml": (
            '<c:coreProperties xmlns:c="c" xmlns:dc="http://purl.org/dc/elements/1.1/">'
            f"<dc:title>{title}</dc:title></c:coreProperties>"
        ),
    }


def docx(body: str, **more: str) -> bytes:
    """A DOCX document with this body."""
    return archive(docx_members(body, **more))
