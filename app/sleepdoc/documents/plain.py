"""Text and Markdown documents: decoding, and pages of a few hundred words."""

import codecs
import re
from collections.abc import Iterator

from sleepdoc.documents.text import clean_text, count_hidden
from sleepdoc.documents.types import Extraction, Page
from sleepdoc.errors import DocumentError

PAGE_CHARACTERS = 2_300
"""The most a page holds: close to 400 English words."""
_PAGE_FILLED = 1_700
"""A page with this much takes no further paragraph."""

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SNIFFED = 8192
_WESTERN = 0.3
"""Western European text has fewer bytes than this share outside ASCII."""
_CONTROL = 0.01
"""Text has fewer control characters than this share, line ends and escapes not counted."""
_CONTROLS = bytes({*range(0x20), 0x7F} - set(b"\t\n\v\f\r\x1b"))

_HEADING = re.compile(r"#{1,6} +(?P<title>.+?)(?: +#+)?\Z")
_UNDERLINE = re.compile(r"(?:=+|-+) *\Z")
_LONGEST_HEADING = 80
_EMPTY_LINES = re.compile(r"\n(?:[ \t]*\n)+")
_SENTENCE_END = re.compile(r"[.!?]\s+|[\u3002\uff01\uff1f]")

_BINARY = "looks like a binary file, neither PDF nor text; convert it to one of them first"


def read_plain(data: bytes, *, markdown: bool) -> Extraction:
    """Decode the bytes of a text file and cut it into pages.

    Raises:
        DocumentError: why it cannot be read; the caller adds the name of the file.
    """
    raw, notices = _decode(data)
    if hidden := count_hidden(raw):
        notices.append(f"{hidden:,} invisible characters (Unicode tags) were removed")
    text = clean_text(raw)
    pages = tuple(
        Page(number, str(number), page) for number, page in enumerate(_paginate(text), start=1)
    )
    if not pages:
        raise DocumentError("empty; name a file with text in it")
    return Extraction(_title(text) if markdown else "", pages, tuple(notices))


def _decode(data: bytes) -> tuple[str, list[str]]:
    encoding = next((name for mark, name in _BYTE_ORDER_MARKS if data.startswith(mark)), None)
    encoding = encoding or _unmarked_utf16(data)
    if encoding:
        text = data.decode(encoding, "replace")
        return text, _replaced(text.count("\ufffd"), encoding)
    sample = data[:_SNIFFED]
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    if b"\0" in sample or controls > _CONTROL * len(sample):
        raise DocumentError(_BINARY)
    try:
        return data.decode("utf-8"), []
    except UnicodeDecodeError:
        text = data.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    beyond_ascii = len(text) - len(text.encode("ascii", "ignore"))
    if beyond_ascii >= 10 * bad:
        return text, _replaced(bad, "utf-8")
    high = len(data.translate(None, bytes(range(128))))
    if high > _WESTERN * len(data):
        raise DocumentError(
            "neither UTF-8 nor UTF-16, and its encoding cannot be guessed; "
            "convert it first, for example with iconv -f KOI8-R -t UTF-8"
        )
    for encoding, name in (("cp1252", "windows-1252"), ("latin-1", "latin-1")):
        try:
            return data.decode(encoding), [f"not UTF-8; read as {name}, so accents may be wrong"]
        except UnicodeDecodeError:
            continue
    raise AssertionError("latin-1 decodes any bytes")


def _unmarked_utf16(data: bytes) -> str | None:
    """UTF-16 without its mark: in text of Western scripts every second byte is zero."""
    sample = data[:_SNIFFED]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    most = max(2, 0.7 * len(sample) / 2)
    if odd >= most and not even:
        return "utf-16-le"
    return "utf-16-be" if even >= most and not odd else None


def _replaced(count: int, encoding: str) -> list[str]:
    if not count:
        return []
    return [f"{count:,} places are not valid {encoding.upper()} and were replaced by a mark"]


def _title(text: str) -> str:
    """The first heading of a Markdown document, if it comes before anything else."""
    first = text.lstrip("\n").split("\n", 1)[0]
    heading = _HEADING.match(first)
    return heading["title"].strip() if heading else ""


def _paginate(text: str) -> Iterator[str]:
    """Cut at paragraph ends; a heading stays with what follows it."""
    page: list[str] = []
    size = 0
    for paragraph in _paragraphs(text):
        if size >= _PAGE_FILLED or size + len(paragraph) > PAGE_CHARACTERS:
            headings = _trailing_headings(page)
            if finished := page[: len(page) - headings]:
                yield "\n\n".join(finished)
                page = page[len(finished) :]
                size = sum(map(len, page))
        page.append(paragraph)
        size += len(paragraph)
    if page:
        yield "\n\n".join(page)


def _trailing_headings(page: list[str]) -> int:
    count = 0
    for paragraph in reversed(page):
        if not _is_heading(paragraph):
            break
        count += 1
    return count


def _is_heading(paragraph: str) -> bool:
    if _HEADING.match(paragraph):
        return True
    first, _, rest = paragraph.partition("\n")
    if rest:
        return bool(_UNDERLINE.match(rest))
    return len(first) <= _LONGEST_HEADING and first[-1] not in ".,;:!?\u3002"


def _paragraphs(text: str) -> Iterator[str]:
    """Paragraphs without the empty lines between them, none longer than a page."""
    for paragraph in _EMPTY_LINES.split(text.strip("\n")):
        if not paragraph.strip():
            continue
        start = 0
        while len(paragraph) - start > PAGE_CHARACTERS:
            end = start + _cut(paragraph[start : start + PAGE_CHARACTERS])
            yield paragraph[start:end].rstrip()
            start = end
        if rest := paragraph[start:].rstrip():
            yield rest


def _cut(text: str) -> int:
    """Where to cut a paragraph that fills a page: after a line, a sentence, a word, or anywhere."""
    least = len(text) // 2
    line = text.rfind("\n") + 1
    if line > least:
        return line
    sentence = max((match.end() for match in _SENTENCE_END.finditer(text)), default=0)
    if sentence > least:
        return sentence
    return max(text.rfind(" "), text.rfind("\t")) + 1 or len(text)
