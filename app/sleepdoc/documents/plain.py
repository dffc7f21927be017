"""Text documents: decoding, cleaning, and pages where it has none of its own."""

from sleepdoc.documents.decoding import decode
from sleepdoc.documents.flow import Flow, paragraphs
from sleepdoc.documents.headings import marked, title_of
from sleepdoc.documents.opaque import notice_of, without_opaque
from sleepdoc.documents.terminal import as_shown
from sleepdoc.documents.text import clean_text, count_hidden, hidden_notice, legible
from sleepdoc.documents.types import Extraction, OutlineEntry, Page
from sleepdoc.errors import DocumentError

_LONGEST_SHEET = 8_000
"""Between form feeds stands a page as it is; with more than this it was no sheet of paper."""
_LONGEST_TITLE = 200


def read_plain(data: bytes) -> Extraction:
    """Decode the bytes of a text file and cut it into pages; form feeds are page breaks.

    Raises:
        DocumentError: why it cannot be read; the caller adds the name of the file.
    """
    raw, notices = decode(data)
    shown = as_shown(raw.replace("\r\n", "\n"))
    notices += notices_of(raw)
    flow, count = Flow(), 0
    everything: list[str] = []
    sheets = [*map(_Sheet, shown.strip("\f").split("\f"))]
    for sheet in sheets:
        count += sheet.opaque
        everything += sheet.paragraphs
    blocks = iter(marked(everything))
    for sheet in sheets:
        own = [next(blocks) for _ in sheet.paragraphs]
        if len(sheets) > 1 and sheet.size <= _LONGEST_SHEET:
            flow.add_page(own)
        else:
            flow.add(own)
    return extraction(title_of(everything), flow.pages, flow.outline, [*notices, *notice_of(count)])


class _Sheet:
    """What stands between two form feeds."""

    def __init__(self, raw: str) -> None:
        text, self.opaque = without_opaque(legible(clean_text(raw)))
        self.paragraphs = [*paragraphs(text)]
        self.size = len(text)


def notices_of(raw: str) -> list[str]:
    """What is said of characters that are in the raw text and will not be in the document."""
    notices = hidden_notice(count_hidden(raw))
    if nuls := raw.count("\0"):
        notices.append(f"{nuls:,} NUL character{'s' * (nuls > 1)} removed")
    return notices


def extraction(
    title: str, pages: list[str], outline: list[OutlineEntry], notices: list[str]
) -> Extraction:
    """Number the pages.

    Raises:
        DocumentError: there is no text on any of them.
    """
    while pages and not pages[-1]:
        pages.pop()
    if not any(pages):
        raise DocumentError("empty; name a file with text in it")
    numbered = tuple(Page(number, str(number), page) for number, page in enumerate(pages, start=1))
    return Extraction(title[:_LONGEST_TITLE], numbered, tuple(notices), tuple(outline))
